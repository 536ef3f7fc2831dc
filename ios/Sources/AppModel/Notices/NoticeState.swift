public import Foundation
public import Pericard

/// A notice on a screen of its own.
public struct NoticeState: Hashable, Sendable {
  public var clinic: Clinic
  public var notice: Notice
  /// Of this app.
  public var version = ""
}

public enum Notice: Hashable, Sendable {
  /// The clinic switched messages off. Since when and why only where it says so.
  case off(since: Date?, quote: String?)
  /// The clinic takes no messages; its own still come.
  case readOnly(since: Date?, quote: String?)
  /// Another person's record was refused. The id is what the clinic needs to find it.
  case incident(IncidentID, at: Date)
  /// Records that could not be matched to the person; `canWrite` where the clinic takes messages.
  case held(Int, canWrite: Bool)
  /// The copy on this phone was damaged: everything is fetched again, and what was written was saved as far as it could be
  /// read.
  case begunAnew
  /// `clinicTime` only where the clinic has said it.
  case clockWrong(phoneTime: Date, clinicTime: Date?)
  /// `least` is the version that the clinic asks for; nothing where a newer version wrote on this phone.
  case update(least: String?)
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
    case .updateRequired(let least): self = .update(least: least)
    case .off, .readOnly:
      guard let switched = account.switched else { return nil }
      self = switched
    case .offline, .notOffered, .stepUp, .signIn, .incomplete, .rateLimited, .accessEnded, .failed: return nil
    }
  }
}

extension AccountModel {
  /// What the clinic has switched by its policy.
  var switched: Notice? {
    switch messages {
    case .off(let notice, _): .off(since: notice.since, quote: notice.text)
    case .readOnly(let notice): .readOnly(since: notice.since, quote: notice.text)
    case .on, .stopped: nil
    }
  }

  /// What its policy puts among the notices, for as long as it does.
  var policyRows: [NoticeRow] {
    let at = policy?.issuedAt ?? now()
    var rows: [NoticeRow] = []
    if let switched {
      rows.append(NoticeRow(id: "policy \(id) \(at.timeIntervalSince1970)", notice: switched, clinic: clinic, at: at))
    }
    if let update {
      rows.append(NoticeRow(id: "update \(id) \(update)", notice: .update(least: update), clinic: clinic, at: at))
    }
    return rows
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
