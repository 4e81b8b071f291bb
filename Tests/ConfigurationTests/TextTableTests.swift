import Testing

@testable import Configuration

@Suite("TextTable")
struct TextTableTests {
  @Test("Cells are wrapped within their columns and empty columns left out")
  func wrapsCells() {
    var table = TextTable(
      columns: [.init("a", width: 6), .init("b", width: 5), .init("c", width: 5)], last: "d",
      width: 30)
    table.add(["one two", "", "x", "a sentence of some words"])
    table.add(["longword", "", "", "y"])
    #expect(
      table.lines == [
        "a         c  d",
        "one two   x  a sentence of",
        "             some words",
        "longword     y",
      ])
  }

  @Test("Text is broken between words and long words stay whole")
  func wrapsText() {
    #expect(wrapped("ab cd  ef\ngh", width: 5) == ["ab cd", "ef gh"])
    #expect(wrapped("abcdefgh i", width: 5) == ["abcdefgh", "i"])
    #expect(wrapped("", width: 5) == [])
  }
}
