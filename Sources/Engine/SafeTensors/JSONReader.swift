/// A strict reader of JSON (RFC 8259) that refuses whatever could be understood in two ways.
///
/// Refused beyond the grammar: duplicate keys, nesting past `depthLimit`, more than `valueLimit`
/// values, numbers that overflow a double, strings that are not Unicode.
public struct JSONReader {
  /// Arrays and objects may be nested this deep; recursion stays far from the end of the stack.
  public static let depthLimit = 64
  /// A text may hold this many values, so that 100 MB of `[[],[],…` cannot fill the memory.
  public static let valueLimit = 10_000_000

  private let bytes: [UInt8]
  private let source: String
  private var position = 0
  private var depth = 0
  private var valueCount = 0

  private init(bytes: [UInt8], source: String) {
    self.bytes = bytes
    self.source = source
  }

  /// Reads one JSON document.
  ///
  /// - Parameters:
  ///   - bytes: The whole text in UTF-8, without byte order mark.
  ///   - source: The file or other origin, for messages.
  /// - Throws: `JSONError` at the first fault.
  public static func read(_ bytes: [UInt8], source: String) throws(JSONError) -> JSONValue {
    var reader = JSONReader(bytes: bytes, source: source)
    reader.skipSpace()
    let value = try reader.value()
    reader.skipSpace()
    guard reader.position == bytes.count else {
      throw reader.fault("expected the end of the text, found \(reader.found)")
    }
    return value
  }

  // MARK: Values

  private mutating func value() throws(JSONError) -> JSONValue {
    valueCount += 1
    guard valueCount <= Self.valueLimit else {
      throw fault("more than \(Self.valueLimit) values; split the file")
    }
    switch current {
    case UInt8(ascii: "{"): return try nested { reader throws(JSONError) in try reader.object() }
    case UInt8(ascii: "["): return try nested { reader throws(JSONError) in try reader.list() }
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      return .number(try number())
    case UInt8(ascii: "t"): return try word("true", .flag(true))
    case UInt8(ascii: "f"): return try word("false", .flag(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw fault("expected a value, found \(found)")
    }
  }

  private mutating func nested(
    _ body: (inout JSONReader) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < Self.depthLimit else {
      throw fault("nested deeper than \(Self.depthLimit) arrays and objects")
    }
    depth += 1
    position += 1
    skipSpace()
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func list() throws(JSONError) -> JSONValue {
    var items: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return .list(items) }
    while true {
      items.append(try value())
      if try !another(before: UInt8(ascii: "]")) { return .list(items) }
    }
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    var members: [(String, JSONValue)] = []
    if take(UInt8(ascii: "}")) { return .object(members) }
    var keys: Set<String> = []
    while true {
      let start = position
      guard current == UInt8(ascii: "\"") else {
        throw fault("expected a key in double quotes, found \(found)")
      }
      let key = try text()
      guard keys.insert(key).inserted else {
        throw fault("the key '\(key)' appears twice in one object", at: start)
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else {
        throw fault("expected ':' after the key '\(key)', found \(found)")
      }
      skipSpace()
      members.append((key, try value()))
      if try !another(before: UInt8(ascii: "}")) { return .object(members) }
    }
  }

  /// Steps over a comma (true) or the closing bracket (false).
  private mutating func another(before end: UInt8) throws(JSONError) -> Bool {
    skipSpace()
    if take(end) { return false }
    guard take(UInt8(ascii: ",")) else {
      let bracket = Unicode.Scalar(end)
      throw fault("expected ',' or '\(bracket)' after a value, found \(found)")
    }
    skipSpace()
    return true
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes[position..<end].elementsEqual("\(word)".utf8) else {
      throw fault("expected '\(word)'")
    }
    position = end
    return value
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> Double {
    let start = position
    let isNegative = take(UInt8(ascii: "-"))
    let wholeStart = position
    let whole = digits()
    guard position > wholeStart else { throw fault("expected a digit, found \(found)") }
    guard bytes[wholeStart] != UInt8(ascii: "0") || position == wholeStart + 1 else {
      throw fault("a number may not start with 0", at: wholeStart)
    }
    let wholeCount = position - wholeStart
    var isWhole = true
    if take(UInt8(ascii: ".")) {
      isWhole = false
      try requiredDigits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try requiredDigits()
    }
    // Up to 15 digits are exact as they stand; the rest goes through the correctly rounding parser.
    if isWhole && wholeCount <= 15 { return isNegative ? -Double(whole) : Double(whole) }
    let token = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Double(token), number.isFinite else {
      throw fault("the number is too large for a double", at: start)
    }
    return number
  }

  private mutating func requiredDigits() throws(JSONError) {
    let start = position
    _ = digits()
    guard position > start else { throw fault("expected a digit, found \(found)") }
  }

  /// Steps over digits; their value is meaningful up to 15 of them.
  private mutating func digits() -> Int {
    var value = 0
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      value = value &* 10 &+ Int(byte - UInt8(ascii: "0"))
      position += 1
    }
    return value
  }

  // MARK: Strings

  private mutating func text() throws(JSONError) -> String {
    let quote = position
    position += 1
    var start = position
    var unescaped: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        let tail = bytes[start..<position]
        let content = unescaped.isEmpty ? tail : (unescaped + tail)[...]
        guard let text = String(validating: content, as: UTF8.self) else {
          throw fault("the string is not valid UTF-8", at: quote)
        }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        unescaped += bytes[start..<position]
        unescaped += Array(String(try escape()).utf8)
        start = position
      case 0..<0x20:
        throw fault("control character \(byte) in a string; write it as an escape")
      default:
        position += 1
      }
    }
    throw fault("the string has no closing quote", at: quote)
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    position += 1
    guard let letter = current else { throw fault("the text ends within an escape") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape(from: start)
    default: throw fault("unknown escape in a string", at: start)
    }
  }

  private mutating func unicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let unit = try hexUnit(from: start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw fault("half of a surrogate pair in a string", at: start)
    }
    let low = try hexUnit(from: start)
    let isLow = low >= 0xDC00 && low < 0xE000
    let code = 0x10000 + (unit - 0xD800) << 10 + (isLow ? low - 0xDC00 : 0)
    guard isLow, let scalar = Unicode.Scalar(code) else {
      throw fault("half of a surrogate pair in a string", at: start)
    }
    return scalar
  }

  private mutating func hexUnit(from start: Int) throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("expected four hexadecimal digits after '\\u'", at: start)
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }

  // MARK: Position

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  /// What stands at the position, for messages.
  private var found: String {
    guard let byte = current else { return "the end of the text" }
    return byte > 0x20 && byte < 0x7F ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
  }

  private func fault(_ problem: String, at offset: Int? = nil) -> JSONError {
    JSONError(source: source, offset: offset ?? position, problem: problem)
  }
}
