import Foundation

/// A story that cannot be run as it is written: an unknown verb, key or value.
struct Unfit: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A story that was run and did not hold.
struct Broken: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A piece of JSON, told apart strictly: `true` is no number.
enum Json: Sendable, Equatable, CustomStringConvertible, Codable {
  case null
  case flag(Bool)
  case number(Int)
  case fraction(Decimal)
  case text(String)
  case list([Json])
  case object([String: Json])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Int.self) {
      self = .number(number)
    } else if let fraction = try? value.decode(Decimal.self) {
      self = .fraction(fraction)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([Json].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: Json].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .flag(let flag): try value.encode(flag)
    case .number(let number): try value.encode(number)
    case .fraction(let fraction): try value.encode(fraction)
    case .text(let text): try value.encode(text)
    case .list(let list): try value.encode(list)
    case .object(let object): try value.encode(object)
    }
  }

  var description: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "unreadable"
  }
}

/// One step's keys, each to be asked for; ``done()`` fails on those that nobody asked for.
struct Keys {
  let json: [String: Json]
  private var asked: Set<String> = []

  init(_ json: [String: Json]) {
    self.json = json
  }

  private mutating func element(_ name: String) -> Json? {
    asked.insert(name)
    return json[name] == .null ? nil : json[name]
  }

  mutating func text(_ name: String) throws -> String {
    guard let text = try textIfThere(name) else { throw Unfit("`\(name)` is missing") }
    return text
  }

  mutating func textIfThere(_ name: String) throws -> String? {
    guard let value = element(name) else { return nil }
    guard case .text(let text) = value else { throw Unfit("`\(name)` is no text") }
    return text
  }

  mutating func number(_ name: String) throws -> Int {
    guard let number = try numberIfThere(name) else { throw Unfit("`\(name)` is missing") }
    return number
  }

  mutating func numberIfThere(_ name: String) throws -> Int? {
    guard let value = element(name) else { return nil }
    guard case .number(let number) = value else { throw Unfit("`\(name)` is no whole number") }
    return number
  }

  mutating func flag(_ name: String) throws -> Bool {
    guard let flag = try flagIfThere(name) else { throw Unfit("`\(name)` is missing") }
    return flag
  }

  mutating func flagIfThere(_ name: String) throws -> Bool? {
    guard let value = element(name) else { return nil }
    guard case .flag(let flag) = value else { throw Unfit("`\(name)` is no flag") }
    return flag
  }

  /// The same in words.
  mutating func yesOrNo(_ name: String) throws -> Bool? {
    try textIfThere(name) == nil ? nil : word(name, "yes", "no") == "yes"
  }

  mutating func part(_ name: String) throws -> [String: Json]? {
    guard let value = element(name) else { return nil }
    guard case .object(let object) = value else { throw Unfit("`\(name)` is no object") }
    return object
  }

  mutating func list(_ name: String) throws -> [Json] {
    guard case .list(let list)? = element(name) else { throw Unfit("`\(name)` is no list") }
    return list
  }

  mutating func texts(_ name: String) throws -> [String] {
    try list(name).map { value in
      guard case .text(let text) = value else { throw Unfit("`\(name)` is a list of names") }
      return text
    }
  }

  /// One of these words; `otherwise` where the key is absent.
  mutating func word(_ name: String, _ words: String..., otherwise: String? = nil) throws -> String {
    guard let word = try textIfThere(name) ?? otherwise else { throw Unfit("`\(name)` is missing") }
    guard words.contains(word) else {
      throw Unfit("`\(name)` is `\(word)`, not one of \(words.joined(separator: ", "))")
    }
    return word
  }

  /// All keys but those already asked for, as they are written.
  mutating func rest() -> Json {
    let rest = json.filter { !asked.contains($0.key) }
    asked.formUnion(rest.keys)
    return .object(rest)
  }

  func done() throws {
    let unknown = json.keys.filter { !asked.contains($0) }.sorted()
    guard unknown.isEmpty else {
      throw Unfit("unknown key " + unknown.map { "`\($0)`" }.joined(separator: ", "))
    }
  }
}
