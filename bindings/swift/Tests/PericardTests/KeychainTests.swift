import Foundation
import Testing

@testable import Pericard

/// The parts of the keychain keystore and of the directory helper that need no Apple system.
@Suite struct KeychainTests {
  @Test func aQueryNamesOneItemOfThisDevice() {
    let query = KeychainQuery(item: "root", of: "dev.pericard", accessGroup: nil)
    #expect(query.fields[.service] == .text("dev.pericard"))
    #expect(query.fields[.account] == .text("root"))
    #expect(query.fields[.synchronizable] == .flag(false))
    #expect(query.fields[.accessGroup] == nil)
    #expect(query.fields[.value] == nil)
    let shared = KeychainQuery(item: "root", of: "dev.pericard", accessGroup: "TEAM.group")
    #expect(shared.fields[.accessGroup] == .text("TEAM.group"))
  }

  @Test func anItemIsReadableInTheBackgroundAndLeavesTheDeviceNever() {
    let query = KeychainQuery(item: "root", of: "s", accessGroup: nil)
    let added = query.adding(Data([1, 2]))
    #expect(added.fields[.accessible] == .afterFirstUnlockOnThisDevice)
    #expect(added.fields[.value] == .bytes(Data([1, 2])))
    #expect(KeychainQuery.attributes(Data())[.accessible] == .afterFirstUnlockOnThisDevice)
    #expect(query.reading.fields[.returnsData] == .flag(true))
    #expect(query.reading.fields[.limit] == .one)
  }

  @Test func everyStatusIsAnAnswer() {
    #expect(KeychainStatus(0) == .done)
    #expect(KeychainStatus(-25_300) == .notFound)
    #expect(KeychainStatus(-25_299) == .duplicate)
    #expect(KeychainStatus(-25_308) == .failed(.unavailable))
    #expect(KeychainStatus(-128) == .failed(.refused))
    #expect(KeychainStatus(-34_018) == .failed(.refused))
    #expect(KeychainStatus(-50) == .failed(.unexpected(detail: "Keychain status -50")))
  }

  @Test func aDirectoryIsTheAppsAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let made = try directory(named: "Pericard", in: folder)
    let again = try directory(named: "Pericard", in: folder)
    #expect(made == again)
    let rights = try FileManager.default.attributesOfItem(atPath: made.path)[.posixPermissions] as? NSNumber
    #expect(rights?.intValue == 0o700)
  }

  @Test func timesAreNeitherNegativeNorEndless() {
    #expect(Duration.seconds(-1).toCore() == 0)
    #expect(Duration.milliseconds(1_500).toCore() == 1.5)
    #expect(Duration.seconds(Int64.max).toCore() == 100 * 365 * 86_400)
    #expect(Duration.fromCore(.infinity) == .seconds(100 * 365 * 86_400))
    #expect(Duration.fromCore(.nan) == .zero)
    #expect(Duration.fromCore(-3) == .zero)
  }

  @Test func aPasswordsBytesAreWhatWasTyped() {
    #expect(wiped("pässword") == Data("pässword".utf8))
    #expect(wiped("").isEmpty)
  }
}
