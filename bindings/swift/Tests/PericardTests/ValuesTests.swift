import Foundation
import Pericard
import PericardTesting
import Testing

/// Values: what they print, how they compare.
@Suite struct ValuesTests {
  private let message = Message(
    id: MessageID(rawValue: "m1"), thread: ThreadID(rawValue: "t1"), from: "Dr. Kos", outgoing: false,
    text: "potassium 5.9", files: [], at: Date(timeIntervalSince1970: 0), precision: .day, state: .received,
    unread: true, edited: false, category: "lab", urgent: false)

  @Test func aValuePrintsNothingOfAPatient() {
    let file = NewFile(name: "hiv.pdf", content: .bytes(bytes: Data("secret".utf8)), contentType: "application/pdf")
    let secret = TOTPSecret(
      uri: "otpauth://totp/x?secret=ABC", secret: "ABC", issuer: nil, account: "ana", algorithm: "SHA1", digits: 6,
      period: .seconds(30))
    let values: [Any] = [
      message, [message], ["k": message], file, NewMessage(text: "potassium 5.9", subject: "lab", files: [file]),
      Person(id: PersonID(rawValue: "p"), name: "Ana", isSelf: true), secret,
      SignInStep.enrol(totp: secret, attemptsLeft: 1),
      SignInStep.showRecoveryCodes(codes: ["ABC"]),
    ]
    let told = ["Kos", "potassium", "lab", "hiv", "secret", "Ana", "ana", "ABC"]
    for value in values {
      var dumped = ""
      dump(value, to: &dumped)
      let printed = "\(value) \(String(reflecting: value)) \(dumped)"
      for word in told { #expect(!printed.contains(word), "\(word) in \(printed)") }
    }
    let printed = "\(message)"
    #expect(printed.contains("m1"))
    #expect(printed.contains("unread: true"))
  }

  @Test func nothingThatWasMeasuredIsPrinted() async throws {
    let fake = FakeAccount()
    let labs = fake.labs.labs
    let blood = try await labs.report(id: labs.reports().reports[0].id)
    let leukocytes = try #require(blood.results.first { $0.measured.name == "Leukocytes" })
    let trend = try await labs.trend(result: leukocytes.id)
    let documents = try await fake.documents.documents.documents()
    let values: [Any] = [
      blood, leukocytes, leukocytes.measured.value, leukocytes.measured.interpretations, trend, trend.series[0].points,
      LabValue.integer(value: 98_765), documents,
    ]
    let told = ["12.4", "98765", "flag", "Leukocytes", "Blood", "Letter", "kind:"]
    for value in values {
      let printed = "\(value) \(String(reflecting: value))"
      for word in told { #expect(!printed.contains(word), "\(word) in \(printed)") }
    }
    #expect("\(blood)".contains(blood.report.id.rawValue))
  }

  @Test func idsAreTypesThatKeepTheirText() throws {
    let id = ThreadID(rawValue: "abc")
    #expect(id == ThreadID(rawValue: "abc"))
    #expect("\(id)" == "abc")
    let json = try JSONEncoder().encode([id])
    #expect(String(decoding: json, as: UTF8.self) == #"["abc"]"#)
    let back = try JSONDecoder().decode([ThreadID].self, from: json)
    #expect(back == [id])
    #expect(message.id == MessageID(rawValue: "m1"))
  }

  @Test func handlesOfOneThingAreEqual() {
    let (one, two) = (FakeAccount().account, FakeAccount().account)
    #expect(one == two)
    #expect(Set([one, two]).count == 1)
  }

  @Test func codesStay() {
    let codes: [(PericardError, String)] = [
      (.offline, "offline"), (.portal(problem: .failing, status: 503), "portal_failing"),
      (.storage(kind: .full), "storage_full"), (.keystore(kind: .refused), "keystore_refused"),
      (.invalidInput(field: "code", problem: .notDigits), "input_not_digits"),
      (.signInRequired(reason: .revoked), "sign_in_revoked"), (.internal(id: "x"), "internal"),
    ]
    for (error, code) in codes { #expect(error.code == code) }
    #expect(KeystoreError.refused.code == "keystore_refused")
  }
}
