import Testing

@testable import Rasters

@Suite struct GridMatchingTests {
  func grid(x: Double = 500_000, crs: String = "EPSG:32610", width: Int = 100) throws -> Grid {
    try Grid(width: width, height: 50, geotransform: [x, 10, 0, 4_000_000, 0, -10], crs: crs)
  }

  @Test("Grids match within a millionth of a pixel")
  func tolerance() throws {
    let first = try grid()
    #expect(first.matches(first))
    #expect(first.matches(try grid(x: 500_000.000_005)))
    #expect(!first.matches(try grid(x: 500_000.000_1)))
  }

  @Test("A small error of the pixel size shows at the far corner")
  func farCorner() throws {
    let first = try grid(width: 100_000)
    let second = try Grid(
      width: 100_000, height: 50,
      geotransform: [500_000, 10.000_000_001, 0, 4_000_000, 0, -10], crs: "EPSG:32610")
    #expect(!first.matches(second))
  }

  @Test("Another size, place or reference system doesn't match")
  func different() throws {
    let first = try grid()
    #expect(!first.matches(try grid(width: 99)))
    #expect(!first.matches(try grid(x: 500_010)))
    #expect(!first.matches(try grid(crs: "EPSG:32611")))
    #expect(!first.matches(try grid(crs: "")))
    #expect(try grid(crs: "").matches(try grid(crs: "")))
  }

  @Test("The same system written otherwise matches")
  func sameSystem() throws {
    let proj = try grid(crs: "+proj=utm +zone=10 +datum=WGS84 +units=m +no_defs")
    #expect(try grid().hasSameCRS(as: proj))
  }

  @Test("A part of a grid is found by whole pixels")
  func shift() throws {
    let first = try grid()
    let part = try first.cropped(to: Window(x: 7, y: -3, width: 11, height: 13))
    let shift = first.shift(to: part, tolerance: Grid.shiftTolerancePixels)
    #expect(shift?.x == 7 && shift?.y == -3)
    #expect(first.shift(to: try grid(x: 500_005), tolerance: 1e-3) == nil)
  }
}
