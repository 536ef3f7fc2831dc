import Foundation
import Observation
import Pericard

/// What the app refused or could not match in the last 90 days, at all clinics.
@MainActor @Observable
public final class NoticesModel: NoticesEvents {
  private var rows: [NoticeRow] = []
  private var seenAt: Date

  @ObservationIgnored private let preferences: any Preferences
  @ObservationIgnored private let now: () -> Date
  @ObservationIgnored private let navigate: Navigate

  private static let kept: TimeInterval = 90 * 86_400

  init(_ preferences: any Preferences, now: @escaping () -> Date, navigate: @escaping Navigate) {
    self.preferences = preferences
    self.now = now
    self.navigate = navigate
    seenAt = preferences.noticesSeenAt ?? .distantPast
  }

  public var state: NoticesState {
    NoticesState(
      rows: rows.map {
        var row = $0
        row.isNew = row.at > seenAt
        return row
      })
  }

  var newCount: Int { rows.count { $0.at > seenAt } }

  /// The person has the list before them.
  public func seen() {
    seenAt = now()
    preferences.noticesSeenAt = seenAt
  }

  public func open(_ row: NoticeRow) { navigate(.notice(row.notice, row.clinic)) }

  func read(_ accounts: [AccountModel]) async {
    var rows: [NoticeRow] = []
    for account in accounts where account.isReadable {
      let incidents = (try? await account.account.incidents()) ?? []
      // A database that was begun anew has no notice of its own in the design; its messages are fetched again.
      rows += incidents.filter { $0.kind == .foreignRecord }.map {
        NoticeRow(id: $0.id.rawValue, notice: .incident($0.id, at: $0.at), clinic: account.clinic, at: $0.at)
      }
      if account.held > 0 {
        let at = account.syncedAt ?? .distantPast
        rows.append(
          NoticeRow(
            id: "held \(account.id)", notice: .held(account.held, canWrite: account.canWrite), clinic: account.clinic,
            at: at))
      }
    }
    let oldest = now().addingTimeInterval(-Self.kept)
    self.rows = rows.filter { $0.at > oldest }.sorted { $0.at > $1.at }
  }
}
