import Configuration

/// The words of a command line, sorted by the syntax of their command.
///
/// `--key value` and `--key=value` are the same, letters may be joined (`-qv`), and all that
/// follows `--` is operands.
struct Arguments: Sendable {
  private let syntax: Syntax
  private var values: [String: [String]] = [:]
  private var operands: [String: [String]] = [:]

  /// Sorts the words after the command's name.
  ///
  /// - Throws: `ArgumentError`, one line; `HelpRequest` at `--help`.
  init(_ words: [String], for syntax: Syntax) throws {
    self.syntax = syntax
    var rest = words[...]
    var plain: [String] = []
    while let word = rest.popFirst() {
      if word == "--" {
        plain += rest
        break
      } else if word.hasPrefix("--") {
        try takeLong(word.dropFirst(2), &rest)
      } else if word.hasPrefix("-"), word != "-" {
        try takeLetters(word.dropFirst())
      } else {
        plain.append(word)
      }
    }
    try takeOperands(plain)
  }

  /// Whether an option was given.
  func has(_ option: Option) -> Bool { !texts(option).isEmpty }

  /// The values of an option, in order.
  func texts(_ option: Option) -> [String] {
    precondition(syntax.options.contains(option), "\(syntax.name) declares no --\(option.name)")
    return values[option.name] ?? []
  }

  /// The value of an option, or nil.
  func text(_ option: Option) -> String? { texts(option).last }

  /// The whole number of an option, or nil.
  func integer(_ option: Option) -> Int? { text(option).flatMap(Int.init) }

  /// The number of an option, or nil.
  func number(_ option: Option) -> Double? { text(option).flatMap(Double.init) }

  /// The bytes of an option, or nil.
  func bytes(_ option: Option) -> Int? { text(option).flatMap(ByteSize.bytes) }

  /// The words given for an operand.
  func operands(_ name: String) -> [String] {
    precondition(
      syntax.operands.contains { $0.name == name }, "\(syntax.name) declares no \(name)")
    return operands[name] ?? []
  }

  /// The word given for an operand that is required.
  func operand(_ name: String) -> String {
    guard let word = operands(name).first else { preconditionFailure("\(name) is not required") }
    return word
  }

  private mutating func takeLong(_ word: Substring, _ rest: inout ArraySlice<String>) throws {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = syntax.options.first(where: { $0.name == name }) else {
      throw ArgumentError.unknownOption("--\(name)", syntax)
    }
    if case .none = option.value {
      guard parts.count == 1 else { throw ArgumentError.unwantedValue(option, String(parts[1])) }
      return try take(option, "")
    }
    if parts.count == 2 { return try take(option, String(parts[1])) }
    // an option in place of the value: the value was forgotten
    guard let value = rest.first, !value.hasPrefix("--") else {
      throw ArgumentError.missingValue(option)
    }
    rest.removeFirst()
    try take(option, value)
  }

  private mutating func takeLetters(_ letters: Substring) throws {
    for letter in letters {
      guard let option = syntax.options.first(where: { $0.letter == letter }) else {
        throw ArgumentError.unknownOption("-\(letter)", syntax)
      }
      try take(option, "")
    }
  }

  private mutating func take(_ option: Option, _ value: String) throws {
    if option == .help { throw HelpRequest() }
    let isFlag = option.value == .none
    if !isFlag, !option.isRepeatable, values[option.name] != nil {
      throw ArgumentError.repeated(option)
    }
    if case .integer(_, let range) = option.value {
      guard let number = Int(value), range.contains(number) else {
        throw ArgumentError.wrongValue(
          option, expected: SettingKind.integer(range).description, value)
      }
    }
    if case .number = option.value, Double(value)?.isFinite != true {
      throw ArgumentError.wrongValue(option, expected: "a number", value)
    }
    if case .size = option.value, ByteSize.bytes(value) == nil {
      throw ArgumentError.wrongValue(option, expected: ByteSize.description, value)
    }
    values[option.name, default: []].append(value)
  }

  private mutating func takeOperands(_ words: [String]) throws {
    var spare = words.count - syntax.operands.reduce(0) { $0 + $1.count.lowerBound }
    var rest = words[...]
    for operand in syntax.operands {
      let more = max(0, min(spare, operand.count.upperBound - operand.count.lowerBound))
      let count = operand.count.lowerBound + more
      guard rest.count >= count else { throw ArgumentError.missingOperand(operand, syntax) }
      operands[operand.name] = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      spare -= more
    }
    if let word = rest.first { throw ArgumentError.unwantedOperand(word, syntax) }
  }
}

/// Someone asked for the help text of a command.
struct HelpRequest: Error {}
