import Foundation
import Observation
public import Pericard

/// Finds the place to sign in at.
@MainActor @Observable
public final class WelcomeModel: WelcomeEvents {
  public private(set) var state: WelcomeState

  @ObservationIgnored private let directory: ClinicDirectory
  @ObservationIgnored private let find: @MainActor (PortalConfig) async throws -> Portal
  @ObservationIgnored private let found: @MainActor (Portal, Clinic, PortalConfig) -> Void
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored let jobs = Jobs()

  public init(
    _ directory: ClinicDirectory, canLeave: Bool, navigate: @escaping Navigate = { _ in },
    find: @escaping @MainActor (PortalConfig) async throws -> Portal,
    found: @escaping @MainActor (Portal, Clinic, PortalConfig) -> Void
  ) {
    self.directory = directory
    self.find = find
    self.found = found
    self.navigate = navigate
    state = WelcomeState(
      places: directory.clinics.map { Place(clinic: $0.clinic, native: $0.portal.nativeSignIn) }, canLeave: canLeave)
  }

  public func close() { jobs.close() }

  func settled() async { await jobs.settled() }

  public func choose(_ id: Clinic.ID) {
    guard state.opening == nil, let chosen = directory.clinics.first(where: { $0.clinic.id == id }) else { return }
    state.opening = id
    state.problem = nil
    jobs.replace("find") { [weak self] in
      guard let self else { return }
      do {
        let portal = try await find(chosen.portal)
        found(portal, chosen.clinic, chosen.portal)
      } catch {
        state.problem = Problem(error)
      }
      state.opening = nil
    }
  }

  public func openAddress() { state.address.open = true }

  public func closeAddress() {
    jobs.cancel("address")
    state.address = AddressState()
  }

  public func typeAddress(_ text: String) {
    state.address.text = text
    state.address.problem = nil
  }

  /// What a QR code says; nothing where the camera may not be used.
  public func scanned(_ text: String?) {
    state.address.open = true
    guard let text else {
      state.address.problem = .noCamera
      return
    }
    state.address.text = text
    submitAddress()
  }

  public func submitAddress() {
    let text = state.address.text.trimmed
    guard !text.isEmpty, !state.address.checking else { return }
    let base = text.contains("://") ? text : "https://\(text)"
    let config = directory.added(base)
    state.address.checking = true
    state.address.problem = nil
    jobs.replace("address") { [weak self] in
      guard let self else { return }
      do {
        let portal = try await find(config)
        found(portal, directory.clinic(base: config.base), config)
      } catch {
        state.address.problem = AddressProblem(error)
      }
      state.address.checking = false
    }
  }

  public func leave() { navigate(.back) }
}

extension AddressProblem {
  /// Nothing where the person has left meanwhile.
  fileprivate init?(_ error: any Error) {
    switch error as? PericardError {
    case .portal(.notAPortal, _), .invalidInput("base", .notAURL): self = .notAPortal
    case .invalidInput("base", .notHTTPS): self = .notHttps
    default:
      guard let problem = Problem(error) else { return nil }
      self = .other(problem)
    }
  }
}
