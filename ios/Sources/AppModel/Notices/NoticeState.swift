public import Foundation
public import Pericard

/// A notice on a screen of its own.
public struct NoticeState: Hashable, Sendable {
  public var clinic: Clinic
  public var notice: Notice
}

public enum Notice: Hashable, Sendable {
  /// Another person's record was refused. The id is what the clinic needs to find it.
  case incident(IncidentID, at: Date)
  /// Records that could not be matched to the person; `canWrite` where the clinic takes messages.
  case held(Int, canWrite: Bool)
  /// The copy on this phone was damaged: everything is fetched again, and what was written was saved as far as it could be
  /// read.
  case begunAnew
  /// `clinicTime` only where the clinic has said it.
  case clockWrong(phoneTime: Date, clinicTime: Date?)
  /// A newer version wrote on this phone.
  case update
}

extension Notice {
  /// What is behind a banner; nothing where it says all there is.
  @MainActor
  init?(_ banner: InboxBanner, of account: AccountModel) async {
    switch banner {
    case .stopped(let id):
      let incident = try? await account.account.incidents().first { $0.id == id }
      self = .incident(id, at: incident?.at ?? account.now())
    case .begunAnew: self = .begunAnew
    case .held(let count): self = .held(count, canWrite: account.canWrite)
    case .clockWrong(let clinicTime): self = .clockWrong(phoneTime: account.now(), clinicTime: clinicTime)
    case .updateRequired: self = .update
    case .offline, .notOffered, .stepUp, .signIn, .incomplete, .rateLimited, .failed: return nil
    }
  }
}

/// The notices of the last 90 days, newest first.
public struct NoticesState: Hashable, Sendable {
  public var rows: [NoticeRow] = []
}

public struct NoticeRow: Hashable, Sendable, Identifiable {
  public var id: String
  public var notice: Notice
  public var clinic: Clinic
  public var at: Date
  public var isNew = false
}
