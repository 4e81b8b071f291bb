import CYAML

/// What libyaml says of a text that it cannot read.
///
/// libyaml speaks of tokens, simple keys and contexts; `error(in:)` says the same to someone who
/// has a file open in an editor.
struct Fault {
  let problem: String
  let problemMark: YAMLMark
  let problemOffset: Int
  let problemValue: Int
  let context: String
  let contextMark: YAMLMark

  init(_ parser: yaml_parser_t) {
    problem = parser.problem.map { String(cString: $0) } ?? "unreadable"
    problemMark = YAMLMark(parser.problem_mark)
    problemOffset = parser.problem_offset
    problemValue = Int(parser.problem_value)
    context = parser.context.map { String(cString: $0) } ?? ""
    contextMark = YAMLMark(parser.context_mark)
  }

  /// The error for the user, given the text that was read.
  func error(in bytes: [UInt8]) -> YAMLError {
    if problem == "control characters are not allowed" {
      let code = String(problemValue, radix: 16, uppercase: true)
      return YAMLError(
        "the control character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code) "
          + "is not allowed; remove it",
        at: YAMLMark(offset: problemOffset, in: bytes))
    }
    let line = SourceLine(problemMark.line, in: bytes)
    if let column = line.indentingTabColumn {
      return YAMLError(
        "a tab cannot indent; use spaces",
        at: YAMLMark(line: problemMark.line, column: column))
    }
    let opening = "line \(contextMark.line), column \(contextMark.column)"
    switch (problem, context) {
    case ("could not find expected ':'", _):
      return YAMLError("expected ':' after this key", at: contextMark)
    case ("mapping values are not allowed in this context", _):
      return YAMLError("':' cannot stand here; quote text that contains ': '", at: problemMark)
    case ("did not find expected key", _):
      return YAMLError("expected a key; check the indentation of this line", at: problemMark)
    case ("did not find expected '-' indicator", _):
      return YAMLError("expected '- ' to go on with the list of \(opening)", at: problemMark)
    case ("did not find expected ',' or ']'", _):
      return YAMLError("expected ',' or ']' in the list of \(opening)", at: problemMark)
    case ("did not find expected ',' or '}'", _):
      return YAMLError("expected ',' or '}' in the mapping of \(opening)", at: problemMark)
    case ("did not find expected node content", _):
      return YAMLError("expected a value", at: problemMark)
    case ("found unexpected end of stream", "while scanning a quoted scalar"):
      return YAMLError("this quote is never closed", at: contextMark)
    case ("found unknown escape character", _):
      return YAMLError("unknown escape; use single quotes to keep '\\' as it is", at: problemMark)
    case ("found character that cannot start any token", _)
    where line.character(problemMark.column) == "\t":
      return YAMLError("a tab cannot stand here; use spaces", at: problemMark)
    case ("found character that cannot start any token", _):
      let found = line.character(problemMark.column).map { "'\($0)'" } ?? "this character"
      return YAMLError("a value cannot start with \(found); put it in quotes", at: problemMark)
    case ("block sequence entries are not allowed in this context", _):
      return YAMLError(
        "'- ' cannot stand here; start the list on a line of its own", at: problemMark)
    case ("did not find expected <document start>", _):
      return YAMLError(
        "expected nothing more after the list, mapping or text above; check the indentation",
        at: problemMark)
    default:
      return YAMLError(context.isEmpty ? problem : "\(problem) (\(context))", at: problemMark)
    }
  }
}

/// One line of a text, for looking at the characters around a fault.
struct SourceLine {
  private let characters: [Unicode.Scalar]

  init(_ number: Int, in bytes: [UInt8]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.indices.contains(number - 1) else {
      characters = []
      return
    }
    characters = Array(String(decoding: lines[number - 1], as: UTF8.self).unicodeScalars)
  }

  /// The column of the first tab in the indentation, or nil if it has none.
  var indentingTabColumn: Int? {
    characters.prefix { $0 == " " || $0 == "\t" }.firstIndex(of: "\t").map { $0 + 1 }
  }

  /// The character at a column, counted from 1.
  func character(_ column: Int) -> Character? {
    characters.indices.contains(column - 1) ? Character(characters[column - 1]) : nil
  }
}

extension YAMLMark {
  /// The place of a byte of a UTF-8 text.
  init(offset: Int, in bytes: [UInt8]) {
    let before = bytes.prefix(offset)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    // Every byte that is no continuation byte starts a character.
    self.init(
      line: before.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) },
      column: before[lineStart...].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) })
  }
}
