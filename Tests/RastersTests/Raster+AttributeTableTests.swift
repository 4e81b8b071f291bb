import CGDAL
import Testing

@testable import Rasters

@Suite("Attribute table of a raster")
struct RasterAttributeTableTests {
  private func write(_ classes: [RasterClass], to path: String) throws -> Raster {
    let grid = try Grid(
      width: 2, height: 1, geotransform: [0, 10, 0, 0, 0, -10], crs: "EPSG:32610")
    let writer = try RasterWriter(
      path: path, description: .classMap(grid: grid, band: "class", classes: classes))
    try writer.write(grid.window, band: 1, [0, 1] as [UInt8])
    try writer.finish()
    return try Raster(path: path)
  }

  @Test("classes are read as they were written", arguments: [nil, 95])
  func classes(_ code: Int?) throws {
    let folder = try Folder()
    let classes = [
      RasterClass(
        value: 0, name: "bare", colour: Colour(red: 1, green: 2, blue: 3),
        code: code.map { _ in 11 }
      ),
      RasterClass(value: 7, name: "wood", colour: Colour(red: 0, green: 255, blue: 9), code: code),
    ]
    #expect(try write(classes, to: folder.file("a.tif")).attributeTable(band: 1) == classes)
  }

  @Test("a raster without a table has none")
  func none() throws {
    let folder = try Folder()
    try TestRaster().write(folder.file("a.tif"), [counting(12)])
    #expect(try Raster(path: folder.file("a.tif")).attributeTable(band: 1) == nil)
  }
}
