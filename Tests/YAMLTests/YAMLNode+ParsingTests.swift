import Testing
import YAML

/// A text with the error it must give.
struct BadText: CustomTestStringConvertible, Sendable {
  let text: String
  let line: Int
  let column: Int
  let message: String

  init(_ text: String, _ line: Int, _ column: Int, _ message: String) {
    (self.text, self.line, self.column, self.message) = (text, line, column, message)
  }

  var testDescription: String { text.debugDescription.prefix(40) + ": " + message }
}

@Suite("YAMLNode+Parsing")
struct YAMLNodeParsingTests {
  @Test(
    "A text that cannot be read gives the place and a message that says how to mend it",
    arguments: [
      BadText("", 1, 1, "there is nothing here but space and comments"),
      BadText("# a\n", 2, 1, "there is nothing here but space and comments"),
      BadText("a: 1\nb: 2\na: 3", 3, 1, "the key 'a' is already at line 1"),
      BadText("a: {b: 1, b: 2}", 1, 11, "the key 'b' is already at line 1"),
      BadText("a: 1\n---\nb: 2", 2, 1, "a second document starts here; a file holds one"),
      BadText("a:\n\tb: 1", 2, 1, "a tab cannot indent; use spaces"),
      BadText("a:\n  b: 1\n  \tc: 2", 3, 3, "a tab cannot indent; use spaces"),
      BadText("a: b\n\tc: d", 2, 1, "a tab cannot indent; use spaces"),
      BadText("[a]: b", 1, 1, "a key is a word, not a list"),
      BadText("a: {{ x }}", 1, 5, "a key is a word, not a mapping"),
      BadText("a: {'': b}", 1, 5, "this key is empty"),
      BadText("&x a: b", 1, 1, "a key is a word without alias, anchor or tag"),
      BadText("a: &x b\n*x : c", 2, 1, "a key is a word without alias, anchor or tag"),
      BadText(
        "a: &x {b: 1}\nc:\n  <<: *x", 3, 3, "merge keys ('<<') are not supported; repeat the keys"),
      BadText("a: *x", 1, 4, "the alias '*x' has no anchor '&x' above it"),
      BadText("a: &x [1, *x]", 1, 11, "the alias '*x' refers to what contains it"),
      BadText("a: &x 1\nb: &x 2", 2, 4, "the anchor '&x' appears twice"),
      BadText("a: !include b", 1, 4, "the tag '!include' is not supported; remove it"),
      BadText("a: !!int 5", 1, 4, "the tag '!!int' is not supported; remove it"),
      BadText("a: 1\nb\nc: 2", 2, 1, "expected ':' after this key"),
      BadText("a: b: c", 1, 5, "':' cannot stand here; quote text that contains ': '"),
      BadText("a:\n  b: 1\n c: 2", 3, 2, "expected a key; check the indentation of this line"),
      BadText("- a\nb: 1", 2, 1, "expected '- ' to go on with the list of line 1, column 1"),
      BadText("a: [1, 2\nb: 3", 2, 2, "expected ',' or ']' in the list of line 1, column 4"),
      BadText("a: {b: 1\n", 2, 1, "expected ',' or '}' in the mapping of line 1, column 4"),
      BadText("a: ]", 1, 4, "expected a value"),
      BadText("a: 1\nb: 'x\nc: 2", 2, 4, "this quote is never closed"),
      BadText("a: @x", 1, 4, "a value cannot start with '@'; put it in quotes"),
      BadText("-\t- a", 1, 2, "a tab cannot stand here; use spaces"),
      BadText("a: - b", 1, 4, "'- ' cannot stand here; start the list on a line of its own"),
      BadText(
        "[a]\nb: 1", 2, 1,
        "expected nothing more after the list, mapping or text above; check the indentation"),
      BadText("a: \"\\q\"", 1, 5, "unknown escape; use single quotes to keep '\\' as it is"),
      BadText("a: \"\\0\"", 1, 4, "text cannot hold the character \\0"),
      BadText("é: 1\né\u{1}", 2, 2, "the control character U+0001 is not allowed; remove it"),
      BadText("%YAML 1.3\n---\na: 1", 1, 1, "found incompatible YAML document"),
      BadText("a: !<x", 1, 7, "did not find the expected '>' (while scanning a tag)"),
    ])
  func badText(_ bad: BadText) {
    #expect(throws: YAMLError(bad.message, at: YAMLMark(line: bad.line, column: bad.column))) {
      try YAMLNode.parse(text: bad.text)
    }
  }

  @Test("Bytes that are not UTF-8 are shown with their line and column")
  func notUTF8() {
    let latin1 = Array("a: 1\nb: é ".utf8) + [0xE9, 0x0A]
    let mark = YAMLMark(line: 2, column: 6)
    #expect(throws: YAMLError("the byte 0xE9 is not UTF-8; save the text as UTF-8", at: mark)) {
      try YAMLNode.parse(latin1)
    }
  }

  @Test("UTF-16 is refused, a UTF-8 byte order mark is not")
  func byteOrderMarks() throws {
    let start = YAMLMark(line: 1, column: 1)
    #expect(throws: YAMLError("the text is UTF-16; save it as UTF-8", at: start)) {
      try YAMLNode.parse([0xFF, 0xFE, 0x61, 0x00])
    }
    #expect(try YAMLNode.parse([0xEF, 0xBB, 0xBF] + Array("a: 1".utf8))["a"]?.text == "1")
  }

  @Test("A text of 4 MiB is read and one byte more is not")
  func lengthLimit() throws {
    let text = Array("a: 1\n#".utf8)
    let padded = text + Array(repeating: UInt8(ascii: "x"), count: (4 << 20) - text.count)
    #expect(try YAMLNode.parse(padded)["a"]?.text == "1")
    #expect(throws: YAMLError("the text has 4194305 bytes, more than 4194304 (4 MiB)", at: nil)) {
      try YAMLNode.parse(padded + [UInt8(ascii: "x")])
    }
  }

  @Test("64 levels are read and 65 are not", arguments: ["[]", "{}"])
  func depthLimit(brackets: String) throws {
    let (open, close) = brackets == "[]" ? ("[", "]") : ("{a: ", "}")
    func nested(_ depth: Int) -> String {
      String(repeating: open, count: depth) + "x" + String(repeating: close, count: depth)
    }
    _ = try YAMLNode.parse(text: nested(64))
    let mark = YAMLMark(line: 1, column: 64 * open.count + 1)
    let message = "lists and mappings are nested more than 64 deep"
    #expect(throws: YAMLError(message, at: mark)) { try YAMLNode.parse(text: nested(65)) }
  }

  @Test("Aliases cannot get around the limit of depth")
  func depthLimitOfAliases() throws {
    let half = String(repeating: "[", count: 32) + "x" + String(repeating: "]", count: 32)
    func text(_ depth: Int) -> String {
      let open = String(repeating: "[", count: depth)
      return "a: &a \(half)\nb: \(open)*a" + String(repeating: "]", count: depth)
    }
    // The root mapping, 31 lists and the 32 of the alias make 64.
    _ = try YAMLNode.parse(text: text(31))
    let message = "lists and mappings are nested more than 64 deep"
    #expect(throws: YAMLError(message, at: YAMLMark(line: 2, column: 36))) {
      try YAMLNode.parse(text: text(32))
    }
  }

  @Test("Deep nesting is refused without reading to the end")
  func deepNestingIsFast() {
    // Loading this as a libyaml document would take hours.
    let text = String(repeating: "[", count: 4 << 20)
    #expect(throws: YAMLError.self) { try YAMLNode.parse(text: text) }
  }

  @Test("Aliases that multiply reach the limit of 100000 nodes")
  func nodeLimitOfAliases() {
    var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in 1...6 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      lines.append("a\(level): &a\(level) [\(items)]")
    }
    // The lists have 11, 111, 1111 and 11111 nodes; lines 1 to 4 with their keys 12349 in all, so
    // line 5 has room for seven of the last and its eighth alias is one too many.
    #expect(
      throws: YAMLError("more than 100000 keys and values", at: YAMLMark(line: 5, column: 45))
    ) {
      try YAMLNode.parse(text: lines.joined(separator: "\n"))
    }
  }

  @Test("99999 items in a list are read and one more is not")
  func nodeLimit() throws {
    let items = Array(repeating: "1", count: 99_999).joined(separator: ",")
    #expect(try YAMLNode.parse(text: "[\(items)]").items?.count == 99_999)
    #expect(
      throws: YAMLError("more than 100000 keys and values", at: YAMLMark(line: 1, column: 200_000))
    ) {
      try YAMLNode.parse(text: "[\(items),1]")
    }
  }

  @Test("An alias is the node of its anchor")
  func alias() throws {
    let tree = try YAMLNode.parse(text: "a: &x [1, 2]\nb: *x")
    #expect(tree["b"] == tree["a"])
    #expect(tree["b"]?.items?.count == 2)
  }

  @Test("A quoted << is a key like any other")
  func quotedMergeKey() throws {
    #expect(try YAMLNode.parse(text: "'<<': 1")["<<"]?.text == "1")
  }

  @Test("Blocks, folded text and Windows line ends are read")
  func blocksAndLineEnds() throws {
    let tree = try YAMLNode.parse(text: "a: |\r\n  x\r\n  y\r\nb: >-\r\n  p\r\n  q\r\n")
    #expect(tree["a"]?.content == .scalar("x\ny\n", isPlain: false))
    #expect(tree["b"]?.content == .scalar("p q", isPlain: false))
  }
}
