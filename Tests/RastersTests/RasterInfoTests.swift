import CGDAL
import Testing

@testable import Rasters

@Suite struct RasterInfoTests {
  let folder: Folder
  let path: String

  init() throws {
    folder = try Folder()
    path = folder.file("a.tif")
  }

  @Test("The summary tells size, place and bands")
  func summary() throws {
    try TestRaster(
      type: GDT_UInt16, nodata: 0, scale: 0.0001, offset: -0.1, names: ["red", "nir"],
      metadata: ["DATE_ACQUIRED": "2020-08-05"]
    ).write(path, [counting(12), counting(12)])
    #expect(
      RasterInfo.text(of: try Raster(path: path)) == """
        file: \(path)
        format: GTiff
        size: 4 × 3 pixels, 2 bands
        reference system: WGS 84 / UTM zone 10N (EPSG:32610)
        pixel size: 10 × 10 map units
        extent: 500000, 3999970, 500040, 4000000
        pixel area in the middle: 100 m²
        acquired: 2020-08-05
        band 1 'red': UInt16, nodata 0, scale 0.0001, offset -0.1
        band 2 'nir': UInt16, nodata 0, scale 0.0001, offset -0.1
        """)
  }

  @Test("A raster without a place says so")
  func noPlace() throws {
    var source = TestRaster(type: GDT_Byte, alphaBand: 2)
    (source.geotransform, source.crs) = (nil, "")
    source.mask = [UInt8](repeating: 255, count: 12)
    try source.write(path, [counting(12), counting(12)])
    #expect(
      RasterInfo.text(of: try Raster(path: path)) == """
        file: \(path)
        format: GTiff
        size: 4 × 3 pixels, 2 bands
        reference system: none
        place: none
        band 1: Byte, mask
        band 2: Byte, alpha, mask
        """)
  }

  @Test("A raster in degrees, south up")
  func degrees() throws {
    var source = TestRaster(width: 3, height: 2)
    (source.geotransform, source.crs) = ([0, 0.1, 0, 10, 0, 0.1], "EPSG:4326")
    try source.write(path, [counting(6)])
    let text = RasterInfo.text(of: try Raster(path: path))
    #expect(text.contains("\npixel size: 0.1 × 0.1°, south up\nextent: 0, 10, 0.3, 10.2\n"))
    #expect(text.contains("\nreference system: WGS 84 (EPSG:4326)\n"))
  }

  @Test("Numbers are short and keep what matters")
  func numbers() {
    #expect(RasterInfo.short(-9999) == "-9999")
    #expect(RasterInfo.short(0.30000000000000004) == "0.3")
    #expect(RasterInfo.short(-3.4028234663852886e38) == "-3.4028234663852886e+38")
    #expect(RasterInfo.short(.nan) == "nan")
    #expect(RasterInfo.short(1e-7) == "1e-07")
  }
}
