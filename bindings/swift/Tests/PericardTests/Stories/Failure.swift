import Foundation
import Pericard

/// The failure that a step announces: a variant's name and any of its fields.
struct Failure: CustomStringConvertible {
  private let announced: [String: Json]
  private let variant: String

  init(_ announced: [String: Json]) throws {
    guard case .text(let variant)? = announced["error"] else { throw Unfit("`fails` names no `error`") }
    self.announced = announced
    self.variant = variant
  }

  var description: String { Json.object(announced).description }

  func check(_ error: PericardError) throws {
    let (name, fields) = Self.parts(error)
    if name != variant { throw Broken("failed with \(error), not with \(variant)") }
    for (field, said) in announced where field != "error" {
      guard let value = fields[field] else { throw Unfit("\(variant) has no field `\(field)`") }
      if !Self.alike(said, value) {
        throw Broken("failed with \(error), but `\(field)` should be \(said)")
      }
    }
  }

  /// The variant and its fields as stories name them.
  private static func parts(_ error: PericardError) -> (String, [String: Json]) {
    switch error {
    case .offline: ("Offline", [:])
    case .stepUpRequired: ("StepUpRequired", [:])
    case .leaseEnded: ("LeaseEnded", [:])
    case .locked: ("Locked", [:])
    case .switchedOff: ("SwitchedOff", [:])
    case .updateRequired(let minimum): ("UpdateRequired", ["minimum": .text(minimum)])
    // The time itself is another in each run.
    case .clockWrong: ("ClockWrong", [:])
    case .notFound: ("NotFound", [:])
    case .inUse: ("InUse", [:])
    case .cancelled: ("Cancelled", [:])
    case .closed: ("Closed", [:])
    case .signInRequired(let reason): ("SignInRequired", ["reason": word(reason)])
    case .rateLimited(let after): ("RateLimited", ["retry_after": .number(Int(after.components.seconds))])
    case .wrongPassword(let left): ("WrongPassword", ["attempts_left": number(left)])
    case .wrongPin(let left): ("WrongPin", ["attempts_left": number(left)])
    case .wrongCode(let left): ("WrongCode", ["attempts_left": number(left)])
    case .invalidInput(let field, let problem):
      ("InvalidInput", ["field": .text(field), "problem": word(problem)])
    case .portal(let problem, let status):
      ("Portal", ["problem": word(problem), "status": number(status)])
    case .integrity(let incident): ("Integrity", ["incident": .text(incident.rawValue)])
    case .storage(let kind): ("Storage", ["kind": word(kind)])
    case .keystore(let kind): ("Keystore", ["kind": word(kind)])
    case .internal(let id): ("Internal", ["id": .text(id)])
    }
  }

  private static func word(_ value: some Any) -> Json { .text(String("\(value)".prefix { $0 != "(" })) }

  private static func number(_ value: (some BinaryInteger)?) -> Json {
    value.map { .number(Int($0)) } ?? .null
  }

  /// Stories spell a value as Rust does, `NotDigits`; Swift says `notDigits`.
  private static func alike(_ said: Json, _ value: Json) -> Bool {
    if case .text(let said) = said, case .text(let value) = value {
      return said.lowercased() == value.lowercased()
    }
    return said == value
  }
}
