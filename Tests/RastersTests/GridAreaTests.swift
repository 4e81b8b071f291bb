import Testing

@testable import Rasters

@Suite struct GridAreaTests {
  /// The area in km² of one cell with the corner given, in degrees.
  func cell(longitude: Double = 0, latitude: Double, degrees: Double = 1, crs: String = "EPSG:4326")
    throws -> Double
  {
    let grid = try Grid(
      width: 1, height: 1, geotransform: [longitude, degrees, 0, latitude, 0, -degrees], crs: crs)
    return try #require(grid.pixelAreaSquareMetres(row: 0)) / 1e6
  }

  @Test(
    "Cells of a degree have the area that integrating the ellipsoid's radii of curvature gives",
    arguments: [
      // Simpson's rule with 20 000 steps over M(φ)·N(φ)·cos φ, WGS 84; the upper edge in degrees.
      (1.0, 12_308.463_893_975), (46, 8_686.494_956_671), (45.5, 8_762.274_754_356),
      (90, 108.866_681_636),
    ])
  func degreeCells(_ top: Double, _ area: Double) throws {
    // The reference is given to 1e-9 km².
    #expect(abs(try cell(latitude: top) - area) < 1e-8)
  }

  @Test("A small cell loses no accuracy to the difference of two zones")
  func smallCell() throws {
    // Same reference; the difference of zones loses about six of sixteen digits.
    let area = try cell(latitude: 60.0001, degrees: 0.0001) * 1e6
    #expect(abs(area - 62.167_964_820_6) < 1e-6)
  }

  @Test("South of the equator and south up the area is the same")
  func symmetric() throws {
    let south = try cell(latitude: -45)
    #expect(abs(south - 8_686.494_956_671) < 1e-8)
    let grid = try Grid(
      width: 1, height: 1, geotransform: [0, 1, 0, 45, 0, 1], crs: "EPSG:4326")
    #expect(abs(try #require(grid.pixelAreaSquareMetres(row: 0)) / 1e6 - 8_686.494_956_671) < 1e-8)
  }

  @Test("All cells of the Earth add up to its surface")
  func whole() throws {
    let grid = try Grid(
      width: 360, height: 180, geotransform: [-180, 1, 0, 90, 0, -1], crs: "EPSG:4326")
    let total = (0..<180).compactMap { grid.pixelAreaSquareMetres(row: $0) }.reduce(0, +) * 360
    // Surface of the WGS 84 ellipsoid, 510 065 621.724 km².
    #expect(abs(total / 1e6 - 510_065_621.724) < 0.001)
  }

  @Test("The ellipsoid is that of the reference system, and a sphere works")
  func ownEllipsoid() throws {
    let sphere = try cell(latitude: 1, crs: "+proj=longlat +R=1000 +no_defs")
    // R²·Δλ·(sin 1° - sin 0°)
    let expected = 1e6 * 0.017_453_292_519_943_295 * 0.017_452_406_437_283_51 / 1e6
    #expect(abs(sphere - expected) < 1e-14)
    let clarke = try cell(latitude: 1, crs: "EPSG:4267")
    #expect(clarke != (try cell(latitude: 1)))
  }

  @Test("Projected pixels have their area on the map in square metres, whatever the unit")
  func projected() throws {
    let metres = try Grid(
      width: 1, height: 1, geotransform: [0, 3, 4, 0, 4, -3], crs: "EPSG:32610")
    #expect(metres.pixelAreaSquareMetres(row: 0) == 25)
    let feet = try Grid(
      width: 1, height: 1, geotransform: [0, 10, 0, 0, 0, -10], crs: "EPSG:2225")
    let foot = 1200.0 / 3937
    // The WKT gives the US survey foot to 15 digits.
    #expect(abs(try #require(feet.pixelAreaSquareMetres(row: 0)) - 100 * foot * foot) < 1e-12)
  }

  @Test("A rotated geographic grid has areas by pixel, not by row")
  func rotated() throws {
    let grid = try Grid(
      width: 9, height: 9, geotransform: [10, 0.006, 0.003, 45, 0.002, -0.008], crs: "EPSG:4326")
    #expect(grid.pixelAreaSquareMetres(row: 0) == nil)
    // The mean density at 400 × 400 points of the pixel; the midpoint rule is off by about 1e-13.
    let area = try #require(grid.pixelAreaSquareMetres(column: 0, row: 0))
    #expect(abs(area - 473_193.443_248) < 1e-3)
    #expect(grid.areaProblem == nil)
  }

  @Test("Without a reference system areas are unknown, and the grid says why")
  func unknown() throws {
    let grid = try Grid(width: 1, height: 1, geotransform: Grid.noGeotransform, crs: "")
    #expect(grid.pixelAreaSquareMetres(row: 0) == nil)
    #expect(
      grid.areaProblem == "areas are unknown: the raster has no coordinate reference system")
    let geocentric = try Grid(
      width: 1, height: 1, geotransform: [0, 1, 0, 0, 0, -1], crs: "EPSG:4978")
    #expect(geocentric.pixelAreaSquareMetres(row: 0) == nil)
    #expect(
      geocentric.areaProblem == "areas are unknown in the reference system WGS 84 (EPSG:4978)")
  }
}
