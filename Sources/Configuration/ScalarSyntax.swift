/// How numbers and truth values are written: the core schema of YAML 1.2 without its hexadecimal
/// and octal forms, `.inf` and `.nan`, and with `true` and `false` in small letters only.
enum ScalarSyntax {
  /// The whole number that a text says, or nil; `010` is none, as it is 8 to some readers.
  static func integer(_ text: String) -> Int? {
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    guard isDigits(digits), digits.count == 1 || digits.first != "0" else { return nil }
    return Int(text)
  }

  /// The real number that a text says, or nil if it says none or one too large to hold.
  static func number(_ text: String) -> Double? {
    guard isNumber(text), let number = Double(text), number.isFinite else { return nil }
    return number
  }

  /// The truth value that a text says, or nil.
  static func flag(_ text: String) -> Bool? {
    switch text {
    case "true": true
    case "false": false
    default: nil
    }
  }

  /// How a text that looks like a whole number ought to be written: `1e3` as `1000`.
  static func integerSpelling(_ text: String) -> String? {
    let plain = text.filter { $0 != "_" }
    guard isNumber(plain), let number = Double(plain), let integer = Int(exactly: number) else {
      return nil
    }
    return String(integer)
  }

  /// How a text that looks like a truth value ought to be written: `yes` as `true`.
  static func flagSpelling(_ text: String) -> String? {
    switch text.lowercased() {
    case "true", "yes", "on", "y", "1": "true"
    case "false", "no", "off", "n", "0": "false"
    default: nil
    }
  }

  // The expression: [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
  private static func isNumber(_ text: String) -> Bool {
    var rest = text[...]
    if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
    let exponent = rest.firstIndex { $0 == "e" || $0 == "E" }
    if let exponent {
      var digits = rest[rest.index(after: exponent)...]
      if digits.first == "-" || digits.first == "+" { digits.removeFirst() }
      guard isDigits(digits) else { return false }
      rest = rest[..<exponent]
    }
    let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 1 { return isDigits(parts[0]) }
    return (parts[0].isEmpty || isDigits(parts[0])) && (parts[1].isEmpty || isDigits(parts[1]))
      && parts.contains { !$0.isEmpty }
  }

  private static func isDigits(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
