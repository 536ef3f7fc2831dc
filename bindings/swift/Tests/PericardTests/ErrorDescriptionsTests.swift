import Foundation
import Pericard
import Testing

@Suite struct ErrorDescriptionsTests {
  private let everyError: [PericardError] = {
    var all: [PericardError] = [
      .offline, .stepUpRequired, .leaseEnded, .clockWrong(portalTime: nil), .rateLimited(retryAfter: .seconds(60)),
      .wrongPassword(attemptsLeft: 4), .wrongCode(attemptsLeft: nil), .notFound, .inUse, .cancelled, .closed,
      .integrity(incident: IncidentID(rawValue: "id")), .internal(id: "run"), .switchedOff,
      .updateRequired(minimum: "2.0"),
    ]
    all += SignInReason.allCases.map { PericardError.signInRequired(reason: $0) }
    all += InputProblem.allCases.map { PericardError.invalidInput(field: "code", problem: $0) }
    all += PortalProblem.allCases.map { PericardError.portal(problem: $0, status: nil) }
    all += StorageKind.allCases.map { PericardError.storage(kind: $0) }
    let keystore: [KeystoreError] = [.unavailable, .refused, .lost, .doubled, .unexpected(detail: "no")]
    all += keystore.map { PericardError.keystore(kind: $0) }
    return all
  }()

  @Test func everyErrorHasWordsOfItsOwn() {
    let words = everyError.map(\.localizedDescription)
    for word in words {
      #expect(word.hasSuffix(".") && word.count > 10 && !word.contains("PericardError"), "\(word)")
    }
    #expect(Set(words).count == words.count)
  }

  @Test func everyReasonToDoubtThatAllIsHereHasWordsOfItsOwn() {
    let reasons: [IncompleteReason] = [
      .portalSaysSo, .pagesMissing, .unreadablePage, .manyVanished, .unanswered, .moreToFetch, .storage,
      .interrupted, .locked, .switchedOff, .signIn,
    ]
    let words = reasons.map(\.userMessage)
    for word in words {
      #expect(word.hasSuffix(".") && word.contains("clinic"), "\(word)")
    }
    #expect(Set(words).count == words.count)
  }

  @Test func waitingAndAttemptsAreToldInWords() {
    #expect(PericardError.rateLimited(retryAfter: .seconds(60)).localizedDescription.contains("60 seconds"))
    #expect(PericardError.rateLimited(retryAfter: .seconds(900)).localizedDescription.contains("15 minutes"))
    #expect(PericardError.wrongCode(attemptsLeft: 1).localizedDescription.contains("You have one attempt left"))
    #expect(PericardError.wrongPassword(attemptsLeft: 4).localizedDescription.contains("You have 4 attempts left"))
    #expect(!PericardError.wrongPassword(attemptsLeft: nil).localizedDescription.contains("left"))
  }
}
