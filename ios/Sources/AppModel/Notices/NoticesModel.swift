import Foundation
import Observation
import Pericard

/// What the app refused or could not match in the last 90 days, at all clinics.
@MainActor @Observable
public final class NoticesModel: NoticesEvents {
  private var rows: [NoticeRow] = []
  private var seenAt: Date
  private var opened: Set<String>

  @ObservationIgnored private let preferences: any Preferences
  @ObservationIgnored private let now: () -> Date
  @ObservationIgnored private let navigate: Navigate

  private static let kept: TimeInterval = 90 * 86_400

  init(_ preferences: any Preferences, now: @escaping () -> Date, navigate: @escaping Navigate) {
    self.preferences = preferences
    self.now = now
    self.navigate = navigate
    seenAt = preferences.noticesSeenAt ?? .distantPast
    opened = Set(preferences.noticesOpened ?? [])
  }

  public var state: NoticesState {
    NoticesState(
      rows: rows.map {
        var row = $0
        row.isNew = isNew(row.id, row.at)
        return row
      })
  }

  var newCount: Int { rows.count { isNew($0.id, $0.at) } }

  /// The person has neither opened its notice nor seen it in the list.
  func isUntold(_ incident: Incident) -> Bool {
    incident.at > oldest && isNew(incident.id.rawValue, incident.at)
  }

  private func isNew(_ id: String, _ at: Date) -> Bool { at > seenAt && !opened.contains(id) }

  private var oldest: Date { now().addingTimeInterval(-Self.kept) }

  /// The person has this one before them.
  func opened(_ id: String) {
    opened.insert(id)
    preferences.noticesOpened = opened.sorted()
  }

  /// The person has the list before them.
  public func seen() {
    seenAt = now()
    preferences.noticesSeenAt = seenAt
    // All that were opened are older than that.
    opened = []
    preferences.noticesOpened = nil
  }

  public func open(_ row: NoticeRow) {
    opened(row.id)
    navigate(.notice(row.notice, row.clinic))
  }

  func read(_ accounts: [AccountModel]) async {
    var (rows, lasting) = ([NoticeRow](), [NoticeRow]())
    for account in accounts where account.isReadable {
      lasting += account.policyRows
      let incidents = (try? await account.account.incidents()) ?? []
      rows += incidents.map {
        NoticeRow(id: $0.id.rawValue, notice: Notice($0), clinic: account.clinic, at: $0.at)
      }
      if account.held > 0 {
        let at = account.syncedAt ?? .distantPast
        rows.append(
          NoticeRow(
            id: "held \(account.id)", notice: .held(account.held, canWrite: account.canWrite), clinic: account.clinic,
            at: at))
      }
    }
    let oldest = oldest
    self.rows = (lasting + rows.filter { $0.at > oldest }).sorted { $0.at > $1.at }
  }
}

extension Notice {
  fileprivate init(_ incident: Incident) {
    switch incident.kind {
    case .foreignRecord: self = .incident(incident.id, at: incident.at)
    case .databaseDamaged: self = .begunAnew
    }
  }
}
