import Foundation
import Pericard
import Testing

@Suite struct ErrorDescriptionsTests {
  private let everyError: [PericardError] =
    [
      .Offline, .StepUpRequired, .LeaseEnded, .ClockWrong(portalTime: nil), .RateLimited(retryAfter: 60),
      .WrongPassword(attemptsLeft: 4), .WrongCode(attemptsLeft: nil),
      .NotFound, .InUse, .Cancelled, .Closed, .Integrity(incident: "id"), .Internal(id: "run"),
    ]
    + [
      .signedOut, .revoked, .identityChanged, .expired, .anotherPerson, .interaction, .login, .consent,
      .accountChoice, .secondFactor, .clientUnknown, .refused,
    ].map { .SignInRequired(reason: $0) }
    + [
      .empty, .tooLong, .notDigits, .notARecoveryCode, .notAUrl, .notHttps, .notThisSignIn, .notConfigured,
      .notACertificate, .unreadable, .notAsked, .sharedRedirect, .wrongState, .tooLarge, .tooMany,
    ].map { .InvalidInput(field: "code", problem: $0) }
    + [
      .notAPortal, .wrongIssuer, .insecure, .invalidAnswer, .tooLarge, .unsupported, .refused, .failing,
      .certificate, .foreignLink, .untrustedIdentity, .notFresh, .mismatch,
    ].map { .Portal(problem: $0, status: nil) }
    + [.full, .readOnly, .wrongKey, .damaged, .notEncrypted, .newer, .unavailable].map { .Storage(kind: $0) }
    + [.Unavailable, .Refused, .Unexpected].map { .Keystore(kind: $0) }

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
      .interrupted,
    ]
    let words = reasons.map(\.userMessage)
    for word in words {
      #expect(word.hasSuffix(".") && word.contains("clinic"), "\(word)")
    }
    #expect(Set(words).count == words.count)
  }

  @Test func waitingAndAttemptsAreToldInWords() {
    #expect(PericardError.RateLimited(retryAfter: 60).localizedDescription.contains("60 seconds"))
    #expect(PericardError.RateLimited(retryAfter: 900).localizedDescription.contains("15 minutes"))
    #expect(PericardError.WrongCode(attemptsLeft: 1).localizedDescription.contains("You have one attempt left"))
    #expect(PericardError.WrongPassword(attemptsLeft: 4).localizedDescription.contains("You have 4 attempts left"))
    #expect(!PericardError.WrongPassword(attemptsLeft: nil).localizedDescription.contains("left"))
  }
}
