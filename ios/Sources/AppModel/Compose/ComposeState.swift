public import Pericard

/// A new message. Closing keeps the draft.
public struct ComposeState: Hashable, Sendable, Unprinted {
  public var owner: Owner
  /// Those whom it is for; none leaves it to the clinic where `mayOmitRecipient`.
  public var to: [RecipientRow] = []
  /// The clinic takes a message that names nobody.
  public var mayOmitRecipient = false
  public var subject = ""
  public var text = ""
  /// Changes when the fields are to be filled anew.
  public var revision = 0
  public var files: [NewFileRow] = []
  /// What is taken of a file at most, in bytes.
  public var mostBytes = largestOutgoingFile
  public var missing: Missing?
  public var refused: FileRefusal?
  public var choosing: RecipientsState?
  public var sending = false
  public var problem: Problem?
  /// The clinic asks for a fresh sign-in first: in place of all of it. What was typed stays.
  public var stepUp = false

  public var clinic: Clinic { owner.clinic }
  public var bytes: Int { files.reduce(0) { $0 + $1.size } }
}

/// What Send lacked; said when it was tapped.
public enum Missing: Hashable, Sendable {
  case recipient, text, tooLong
}

/// Somebody whom a message can be written to.
public struct RecipientRow: Hashable, Sendable, Identifiable, Unprinted {
  public var id: RecipientID
  public var name: String
  /// As what they look after the person; may be empty.
  public var role = ""
  public var kind = RecipientKind.team
}

public struct RecipientsState: Hashable, Sendable, Unprinted {
  public var all: [RecipientRow]
  public var chosen: Set<RecipientID> = []
  public var search = ""

  /// Those whose name or role has what is looked for.
  public var found: [RecipientRow] {
    let wanted = search.trimmed
    if wanted.isEmpty { return all }
    return all.filter { $0.name.has(wanted) || $0.role.has(wanted) }
  }
}
