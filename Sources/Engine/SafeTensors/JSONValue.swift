/// A JSON document as read: objects keep the order of their keys.
public indirect enum JSONValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case flag(Bool)
  /// A finite number; whole numbers are exact up to 2^53.
  case number(Double)
  /// A string with its escapes resolved.
  case text(String)
  /// An array.
  case list([JSONValue])
  /// An object; its keys are distinct.
  case object([(String, JSONValue)])
}

extension JSONValue: Equatable {
  /// Whether two documents hold the same values; the order of an object's keys counts.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.flag(let a), .flag(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.text(let a), .text(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.object(let a), .object(let b)): a.elementsEqual(b) { $0.0 == $1.0 && $0.1 == $1.1 }
    default: false
    }
  }
}

extension JSONValue {
  /// The kind of the value with its article, for messages: `a number`, `an object`.
  var kindPhrase: String {
    switch self {
    case .null: "null"
    case .flag: "true or false"
    case .number: "a number"
    case .text: "a string"
    case .list: "an array"
    case .object: "an object"
    }
  }

  /// The value if it is a whole number of 0 up to 2^53, where doubles are still exact.
  var exactCount: Int? {
    guard case .number(let number) = self, number >= 0, number <= 9_007_199_254_740_992 else {
      return nil
    }
    return Int(exactly: number)
  }
}

/// A fault in a JSON text, with the place where it was found.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// The file or other origin of the text.
  public let source: String
  /// The byte at which reading stopped, counted from 0.
  public let offset: Int
  /// What is wrong there.
  public let problem: String

  /// The fault as one line: `a.json: byte 17: the key 'x' appears twice in one object`.
  public var description: String { "\(source): byte \(offset): \(problem)" }
}
