import Rasters
import Testing

@testable import Pipelines

struct HoleFillingTests {
  /// The rows of a map with holes in class 1 filled; `.` is not observed.
  static func filled(
    _ rows: [String], most: Int, _ connectedness: Connectedness = .four
  ) throws -> [String] {
    let folder = try TestFolder()
    let grid = TestGrid(width: rows[0].count, height: rows.count)
    let values = rows.joined().map { UInt8($0.wholeNumberValue ?? 255) }
    try grid.writeLabels(folder.file("a.tif")) { x, y in values[y * rows[0].count + x] }
    let map = try Raster(path: folder.file("a.tif"))
    var description = RasterDescription(grid: map.grid, type: .byte, bands: ["class"])
    description.layout = .tiled
    let writer = try RasterWriter(path: folder.file("b.tif"), description: description)
    try HoleFilling(value: 1, mostPixels: most, connectedness: connectedness)
      .write(map, to: writer) { _, _ in }
    try writer.finish()
    let result = try Raster(path: folder.file("b.tif"))
    let bytes = try result.readBytes(result.grid.window)
    return (0..<rows.count).map { y in
      bytes[y * rows[0].count..<(y + 1) * rows[0].count].map { $0 == 255 ? "." : "\($0)" }.joined()
    }
  }

  @Test("A hole up to the size is filled, whatever classes it holds; a larger one stays")
  func sizes() throws {
    let rows = ["1111111", "1001201", "1101111", "1111111"]
    #expect(try Self.filled(rows, most: 3) == ["1111111", "1111111", "1111111", "1111111"])
    #expect(try Self.filled(rows, most: 2) == ["1111111", "1001111", "1101111", "1111111"])
    #expect(try Self.filled(rows, most: 1) == ["1111111", "1001201", "1101111", "1111111"])
  }

  @Test("A ring smaller than its hole holds it as well")
  func thinRing() throws {
    let rows = ["0000000", "0111110", "0100010", "0100010", "0100010", "0111110", "0000000"]
    let full = ["0000000"] + [String](repeating: "0111110", count: 5) + ["0000000"]
    #expect(try Self.filled(rows, most: 9) == full)
    #expect(try Self.filled(rows, most: 8) == rows)
  }

  @Test("What touches the edge or something not observed is no hole, and that stays not observed")
  func open() throws {
    for rows in [
      ["0111", "1111", "1111"], ["1111", "1000", "1111"], ["1111", "1111", "1011"],
      ["11111", "10.11", "11111"], ["11111", "1.011", "11111"],
      ["1111", "1011", "1.11", "1111"], ["1111", "1.11", "1011", "1111"],
      // by a corner
      ["11111", "1.111", "11011", "11111"], ["11111", "11.11", "10111", "11111"],
    ] {
      #expect(try Self.filled(rows, most: 100) == rows)
    }
  }

  @Test("Holes are joined by corners where the class is joined by edges, and the other way round")
  func complement() throws {
    let pinched = ["1111", "1011", "1101", "1110"]
    #expect(try Self.filled(pinched, most: 9, .four) == pinched)
    #expect(try Self.filled(pinched, most: 9, .eight) == ["1111", "1111", "1111", "1110"])
  }

  @Test("A hole over the border of two strips is one, and islands in a hole are no part of it")
  func strips() throws {
    // strips are 512 rows high; the hole has 4 pixels around an island of one
    var rows = [String](repeating: "11111", count: 515)
    rows[511] = "11011"
    rows[512] = "10101"
    rows[513] = "11011"
    let full = [String](repeating: "11111", count: 515)
    #expect(try Self.filled(rows, most: 4) == full)
    #expect(try Self.filled(rows, most: 3) == rows)
  }
}
