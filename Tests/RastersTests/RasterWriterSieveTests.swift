import CGDAL
import Testing

@testable import Rasters

struct RasterWriterSieveTests {
  /// The rows of a map without patches of fewer pixels; `.` is not observed.
  private func sieved(
    _ rows: [String], least: Int, _ connectedness: Connectedness = .four, block: Int? = nil
  ) throws -> [String] {
    let folder = try Folder()
    var test = TestRaster(width: rows[0].count, height: rows.count, type: GDT_Byte, nodata: 255)
    if let block { test.options = ["TILED=YES", "BLOCKXSIZE=\(block)", "BLOCKYSIZE=\(block)"] }
    try test.write(
      folder.file("a.tif"), [rows.joined().map { Double($0.wholeNumberValue ?? 255) }])
    let raster = try Raster(path: folder.file("a.tif"))
    var description = RasterDescription(grid: raster.grid, type: .byte, bands: ["class"])
    description.layout = .tiled
    let writer = try RasterWriter(path: folder.file("b.tif"), description: description)
    try writer.writeSieved(raster, least: least, connectedness: connectedness)
    try writer.finish()
    let result = try Raster(path: folder.file("b.tif"))
    let values = try result.readClasses(result.grid.window, band: 1)
    return (0..<rows.count).map { y in
      values[y * rows[0].count..<(y + 1) * rows[0].count].map { $0.map(String.init) ?? "." }
        .joined()
    }
  }

  @Test("A patch below the least size takes the class of its largest neighbour")
  func small() throws {
    #expect(
      try sieved(["00002", "01102", "00002", "00012"], least: 3)
        == ["00002", "00002", "00002", "00002"])
    // two pixels are not fewer than two
    #expect(
      try sieved(["0000", "0110", "0001", "0000"], least: 2)
        == ["0000", "0110", "0000", "0000"])
  }

  @Test("Where corners count, pixels that touch at corners are one patch")
  func corners() throws {
    let rows = ["0000", "0100", "0010", "0000"]
    #expect(try sieved(rows, least: 2) == ["0000", "0000", "0000", "0000"])
    #expect(try sieved(rows, least: 2, .eight) == rows)
  }

  @Test("What is not observed stays, swallows nothing and is nobody's neighbour")
  func notObserved() throws {
    // the lone 1 has no neighbour but what is not observed: it stays; so do single holes of that
    #expect(
      try sieved([".....", ".1.00", "...00", "00000", "0.010"], least: 3)
        == [".....", ".1.00", "...00", "00000", "0.000"])
    // more pixels around are not observed than of class 0
    #expect(try sieved(["...", ".10", "..0"], least: 2) == ["...", ".00", "..0"])
  }

  @Test("Blocks of the file leave no trace")
  func blocks() throws {
    let kinds = ["0", "1", "2", "."]
    let rows = (0..<50).map { y in
      (0..<70).map { x -> String in
        let mixed: Int = (x * x + y * x + 5 * y * y) / 7
        return kinds[mixed % 4]
      }.joined()
    }
    let whole = try sieved(rows, least: 4)
    #expect(whole != rows)
    #expect(try sieved(rows, least: 4, block: 16) == whole)
    #expect(try sieved(rows, least: 4, block: 64) == whole)
  }
}
