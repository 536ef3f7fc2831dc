import AppModel

extension Problem {
  /// In words. `clinic` is the name of the one that was asked.
  func words(_ clinic: String) -> String {
    switch self {
    case .offline: Words.problemOffline
    case .expired: Words.problemExpired
    case .anotherPerson: Words.problemAnotherPerson
    case .notSecure: Words.problemNotSecure(clinic: clinic)
    case .notUsable: Words.problemNotUsable(clinic: clinic)
    case .notOffered: Words.problemNotOffered(clinic: clinic)
    case .refused: Words.problemRefused(clinic: clinic)
    case .failing: Words.portalFailing(clinic: clinic)
    case .storageFull: Words.storageFull
    case .switchedOff: Words.offTitle
    case .stepUp: Words.inboxStepUp(clinic: clinic)
    case .updateRequired: Words.updateTitle
    case .internal(let id): Words.internal(id: id)
    }
  }
}
