import Foundation
import Pericard

/// One notice, and what can be done about it.
@MainActor
public final class NoticeModel: NoticeEvents {
  public let state: NoticeState
  private let navigate: Navigate

  init(_ notice: Notice, _ clinic: Clinic, version: String, navigate: @escaping Navigate) {
    state = NoticeState(clinic: clinic, notice: notice, version: version)
    self.navigate = navigate
  }

  public func call() {
    if let phone = state.clinic.phone { navigate(.outside(.call(phone))) }
  }

  /// What the clinic needs to find it: nothing of it is about the person.
  public func copyReport() {
    guard case .incident(let id, let at) = state.notice else { return }
    let report = "\(id.rawValue), \(at.ISO8601Format()), messages, Pericard \(state.version)"
    navigate(.outside(.copy(report, sensitive: false)))
  }

  public func readMessages() { navigate(.messages) }

  public func write() { navigate(.compose(nil)) }

  public func openSettings() { navigate(.outside(.settings)) }

  public func openStore() { navigate(.outside(.store)) }

  public func close() { navigate(.back) }
}
