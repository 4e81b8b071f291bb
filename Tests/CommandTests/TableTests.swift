import Testing

@testable import rspipe

@Suite("Table")
struct TableTests {
  @Test("texts stand to the left, numbers to the right, and lines end in no space")
  func alignment() {
    var table = Table(["class", "IoU", "note"])
    table.add(["unburned", "0.9", "a"])
    table.add(["x", "-", ""])
    #expect(
      table.lines == [
        "class     IoU  note",
        "unburned  0.9  a",
        "x           -",
      ])
  }

  @Test("names of classes that begin with a digit stay to the left")
  func firstColumn() {
    var table = Table(["class", "n"])
    table.add(["11 water", "1"])
    table.add(["2", "10"])
    #expect(table.lines == ["class      n", "11 water   1", "2         10"])
  }
}
