public import Foundation
public import Pericard

/// The documents of one person, newest first.
public struct DocumentsState: Hashable, Sendable, Unprinted {
  public var owner: Owner
  public var shown = Shown<[DocumentRow]>.reading
  public var banner: RecordsBanner?
}

public struct DocumentRow: Hashable, Sendable, Identifiable, Unprinted {
  /// What its icon shows.
  public enum Sort: Hashable, Sendable {
    case letter, laboratory, picture
  }

  public var id: DocumentID
  public var title: String
  /// Who wrote it, or who keeps it; may be empty.
  public var from: String
  public var at: Moment
  public var sort = Sort.letter
  /// Its first file; nothing where it has none.
  public var file: FileRow?
  public var marks: [DocumentMark] = []
}

public enum DocumentMark: Hashable, Sendable {
  case superseded, preliminary, restricted
}

/// One document. What its file is called decides nothing: it is shown as what it is.
public struct DocumentState: Hashable, Sendable, Unprinted {
  public var id: DocumentID
  public var owner: Owner
  public var title = ""
  public var from = ""
  public var at: Moment?
  public var marks: [DocumentMark] = []
  /// The formats that it comes in; one of them is shown.
  public var formats: [DocumentFormat] = []
  public var shown = Shown<DocumentBody>.reading
  /// A copy leaves the app only after a warning.
  public var sharing: Sharing?
  public var saved: Saved?

  /// What is shown, or could not be shown, can be saved.
  public var canShare: Bool {
    switch shown.content {
    case .text, .pdf, .picture, .cannotShow: true
    case .getting, .notHere, .unavailable, .noFile, .anotherType, nil: false
    }
  }
}

public struct DocumentFormat: Hashable, Sendable, Identifiable, Unprinted {
  public var id: FileID
  public var name: String
  public var chosen: Bool
}

public enum DocumentBody: Hashable, Sendable, Unprinted {
  case getting(received: Int, total: Int?)
  /// It is at the clinic: the download was stopped, or failed.
  case notHere(Problem?)
  case unavailable(FileProblem)
  case noFile
  /// `cleaned` is whether pictures and links were left out.
  case text([String], cleaned: Bool)
  /// Shown from memory, with scripts and links off.
  case pdf(Data, Caution?)
  case picture(Data)
  /// There is no safe way to show it.
  case cannotShow
  /// It is something else than the clinic says. `found` is nothing where nobody knows what.
  case anotherType(claimed: String, found: String?)
}

/// What a PDF would do where it is allowed to.
public enum Caution: Hashable, Sendable {
  case active, hidden
}

/// The person is asked whether a copy may leave the app.
public struct Sharing: Hashable, Sendable {
  public var active = false
}

/// What became of a copy.
public enum Saved: Hashable, Sendable {
  case done, not, notWhole
}

@MainActor
public protocol DocumentsEvents: AnyObject, Sendable {
  func open(_ id: DocumentID)
  /// Fetches its file without opening it.
  func download(_ id: DocumentID)
  func stop(_ id: DocumentID)
  /// The rows up to `index` were shown.
  func shown(_ index: Int)
  func refresh() async
}

@MainActor
public protocol DocumentEvents: AnyObject, Sendable {
  func download()
  func stop()
  func choose(_ file: FileID)
  func askToShare()
  func share()
  func stopSharing()
  /// Removes the file from this phone; it stays at the clinic.
  func remove()
}
