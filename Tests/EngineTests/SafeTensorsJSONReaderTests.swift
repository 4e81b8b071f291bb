import Testing

@testable import Engine

@Suite struct SafeTensorsJSONReaderTests {
  private func read(_ text: String) throws -> JSONValue {
    try JSONReader.read(Array(text.utf8), source: "a.json")
  }

  @Test func everyKindOfValueIsRead() throws {
    let value = try read(
      #" {"a": [1, -2.5e3, true, false, null], "b": {}, "c": [], "": "x"} "#)
    #expect(
      value
        == .object([
          ("a", .list([.number(1), .number(-2500), .flag(true), .flag(false), .null])),
          ("b", .object([])), ("c", .list([])), ("", .text("x")),
        ]))
  }

  @Test func keysKeepTheirOrder() throws {
    #expect(try read(#"{"b":1,"a":2}"#) == .object([("b", .number(1)), ("a", .number(2))]))
    #expect(try read(#"{"b":1,"a":2}"#) != .object([("a", .number(2)), ("b", .number(1))]))
  }

  @Test(arguments: [
    ("0", 0), ("-0", -0.0), ("7", 7), ("123456789012345", 123_456_789_012_345),
    ("9007199254740993", 9_007_199_254_740_992), ("1e2", 100), ("1E+2", 100), ("25e-1", 2.5),
    ("0.1", 0.1), ("2.2250738585072014e-308", 2.2250738585072014e-308), ("1e-400", 0),
    ("0.9625668449197861", 0.9625668449197861),
  ])
  func numbersRoundCorrectly(text: String, expected: Double) throws {
    guard case .number(let number) = try read(text) else {
      Issue.record("\(text) is no number")
      return
    }
    #expect(number.bitPattern == expected.bitPattern)
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{08}\u{0C}\n\r\t"), (#""\u00e9\u20AC""#, "é€"),
    (#""\uD83D\uDD25!""#, "🔥!"), (#""héllo""#, "héllo"), (#""a\u007Eb""#, "a~b"),
  ])
  func escapesAreResolved(text: String, expected: String) throws {
    #expect(try read(text) == .text(expected))
  }

  @Test(arguments: [
    ("", "a.json: byte 0: expected a value, found the end of the text"),
    ("[1,]", "a.json: byte 3: expected a value, found ']'"),
    ("[1 2]", "a.json: byte 3: expected ',' or ']' after a value, found '2'"),
    (#"{"a":1,}"#, "a.json: byte 7: expected a key in double quotes, found '}'"),
    (#"{"a" 1}"#, "a.json: byte 5: expected ':' after the key 'a', found '1'"),
    (#"{"a":1]"#, "a.json: byte 6: expected ',' or '}' after a value, found ']'"),
    (#"{"a":1,"a":2}"#, "a.json: byte 7: the key 'a' appears twice in one object"),
    (#"{"a":1,"\u0061":2}"#, "a.json: byte 7: the key 'a' appears twice in one object"),
    ("1 2", "a.json: byte 2: expected the end of the text, found '2'"),
    ("nul", "a.json: byte 0: expected 'null'"),
    ("NaN", "a.json: byte 0: expected a value, found 'N'"),
    ("01", "a.json: byte 0: a number may not start with 0"),
    ("-", "a.json: byte 1: expected a digit, found the end of the text"),
    ("1.", "a.json: byte 2: expected a digit, found the end of the text"),
    (".5", "a.json: byte 0: expected a value, found '.'"),
    ("1e+", "a.json: byte 3: expected a digit, found the end of the text"),
    ("1e999", "a.json: byte 0: the number is too large for a double"),
    (#""a"#, "a.json: byte 0: the string has no closing quote"),
    ("\"a\nb\"", "a.json: byte 2: control character 10 in a string; write it as an escape"),
    (#""\x""#, "a.json: byte 1: unknown escape in a string"),
    (#""\u12G4""#, "a.json: byte 1: expected four hexadecimal digits after '\\u'"),
    (#""\uD800""#, "a.json: byte 1: half of a surrogate pair in a string"),
    (#""\uDC00""#, "a.json: byte 1: half of a surrogate pair in a string"),
    (#""\uD800\u0041""#, "a.json: byte 1: half of a surrogate pair in a string"),
    ("\u{FEFF}1", "a.json: byte 0: expected a value, found byte 239"),
  ])
  func faultsSayWhereAndWhat(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try read(text) }
    #expect(error?.description == message)
  }

  @Test func textThatIsNotUnicodeIsRefused() {
    let error = #expect(throws: JSONError.self) {
      try JSONReader.read([0x22, 0xC3, 0x28, 0x22], source: "a.json")
    }
    #expect(error?.description == "a.json: byte 0: the string is not valid UTF-8")
  }

  @Test func nestingIsLimited() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try read(nested(64))
    let error = #expect(throws: JSONError.self) { try read(nested(65)) }
    #expect(error?.description == "a.json: byte 64: nested deeper than 64 arrays and objects")
    #expect(throws: JSONError.self) { try read(String(repeating: "[", count: 1_000_000)) }
  }

  /// 300 KB take about 5 ms in release; a second leaves room for debug builds and busy machines
  /// and still fails a reader of quadratic cost.
  @Test func aLargeDocumentIsReadQuickly() throws {
    let rows = (0..<1500).map { row in
      "\"row \(row)\": [" + (0..<10).map { "0.\(row)\($0)719254740993" }.joined(separator: ", ")
        + "]"
    }
    let bytes = Array("{\(rows.joined(separator: ",\n"))}".utf8)
    #expect(bytes.count > 300_000)
    var value = JSONValue.null
    let time = try ContinuousClock().measure {
      value = try JSONReader.read(bytes, source: "large.json")
    }
    guard case .object(let members) = value else {
      Issue.record("not an object")
      return
    }
    #expect(members.count == 1500)
    #expect(time < .seconds(1))
  }
}
