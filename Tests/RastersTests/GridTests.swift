import Testing

@testable import Rasters

@Suite struct GridTests {
  let transform = [500_000.0, 10, 0, 4_000_000, 0, -10]

  func grid(
    _ transform: [Double], crs: String = "EPSG:32610", width: Int = 100, height: Int = 50
  ) throws -> Grid {
    try Grid(width: width, height: height, geotransform: transform, crs: crs)
  }

  @Test("A grid knows how its rows run")
  func orientation() throws {
    let north = try grid(transform)
    #expect(north.isNorthUp && !north.isSouthUp && !north.isRotated)
    let south = try grid([500_000, 10, 0, 4_000_000, 0, 10])
    #expect(!south.isNorthUp && south.isSouthUp)
    let rotated = try grid([0, 3, 4, 0, 4, -3])
    #expect(rotated.isRotated && !rotated.isNorthUp && !rotated.isSouthUp)
    #expect(rotated.pixelSize == (5, 5))
  }

  @Test("Map and pixel coordinates undo each other in a rotated grid")
  func coordinates() throws {
    let rotated = try grid([100, 3, 4, 200, 4, -3])
    let place = rotated.mapCoordinates(column: 7.5, row: 2.25)
    #expect(place == (131.5, 223.25))
    let back = rotated.pixelCoordinates(x: place.x, y: place.y)
    // Exact but for the rounding of a division by the determinant, 25.
    #expect(abs(back.column - 7.5) < 1e-12 && abs(back.row - 2.25) < 1e-12)
  }

  @Test("The extent holds all corners of a rotated grid")
  func extent() throws {
    let rotated = try grid([0, 3, 4, 0, 4, -3], width: 10, height: 10)
    #expect(rotated.extent == (0, -30, 70, 40))
  }

  @Test("The reference system has a name, and a raster without one is a grid too")
  func names() throws {
    let projected = try grid(transform)
    #expect(projected.crsName == "WGS 84 / UTM zone 10N (EPSG:32610)")
    #expect(projected.hasCRS && !projected.isGeographic)
    #expect(try grid(transform, crs: "EPSG:4674").isGeographic)
    let bare = try grid(Grid.noGeotransform, crs: "")
    #expect(!bare.hasCRS && !bare.hasGeotransform && !bare.isGeographic)
  }

  @Test("A reference system that PROJ doesn't know is refused")
  func unknownCRS() {
    #expect(
      message { _ = try grid(transform, crs: "EPSG:1") }
        == "cannot understand the coordinate reference system 'EPSG:1': "
        + "PROJ: proj_create_from_database: crs not found")
  }

  @Test("A geotransform that maps all pixels onto a line is refused")
  func flat() {
    #expect(
      message { _ = try grid([0, 1, 2, 0, 2, 4]) }
        == "cannot use the geotransform [0.0, 1.0, 2.0, 0.0, 2.0, 4.0]: "
        + "it must have six finite numbers and pixels of non-zero size")
  }

  @Test("A part of a grid begins at the window's corner")
  func cropped() throws {
    let part = try grid(transform).cropped(to: Window(x: -2, y: 3, width: 5, height: 6))
    #expect(part.geotransform == [499_980, 10, 0, 3_999_970, 0, -10])
    #expect(part.width == 5 && part.height == 6)
  }
}
