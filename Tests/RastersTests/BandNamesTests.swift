import Testing

@testable import Rasters

@Suite struct BandNamesTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  func raster(_ names: [String], metadata: [String: String] = [:]) throws -> Raster {
    let path = folder.file("a.tif")
    try TestRaster(width: 1, height: 1, names: names, metadata: metadata).write(
      path, names.map { _ in [0] })
    return try Raster(path: path)
  }

  @Test(
    "Names of Sentinel-2 bands mean plain words",
    arguments: [
      ("blue", 1), ("green", 2), ("red", 3), ("nir", 4), ("swir1", 5), ("swir2", 6),
      ("B02", 1), ("b2", 1), ("B8A", 4), ("SWIR 2", 6), ("2", 2),
    ])
  func sentinel2(_ name: String, _ band: Int) throws {
    let raster = try raster(["B02", "B03", "B04", "B8A", "B11", "B12"])
    #expect(try raster.bandNumber(named: name) == band)
  }

  @Test("The broad near infrared is preferred to the narrow one")
  func broad() throws {
    let raster = try raster(["B8A", "B8", "B12"])
    #expect(try raster.bandNumber(named: "nir") == 2)
    #expect(try raster.bandNumber(named: "nir08") == 1)
  }

  @Test("GDAL's descriptions of Sentinel-2 bands are understood")
  func described() throws {
    let raster = try raster(["B4, central wavelength 665 nm", "B8, central wavelength 842 nm"])
    #expect(try raster.bandNumber(named: "red") == 1)
    #expect(try raster.bandNumber(named: "nir") == 2)
  }

  @Test("Landsat 5 and Landsat 8 surface reflectance differ by the bands there are")
  func landsat() throws {
    let old = try raster(["SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B7"])
    // SR_B1 to SR_B7 without SR_B6 could still be a choice of Landsat 8's bands.
    #expect(
      message { _ = try old.bandNumber(named: "nir") }.contains("cannot find the band 'nir'"))
    #expect(try old.bandNumber(named: "swir2") == 6)
    let hinted = try raster(
      ["SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B7"],
      metadata: ["SPACECRAFT_ID": "LANDSAT_5"])
    #expect(try hinted.bandNumber(named: "nir") == 4)
    #expect(try hinted.bandNumber(named: "blue") == 1)
    let new = try raster(["SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B6", "SR_B7"])
    #expect(try new.bandNumber(named: "nir") == 4)
    #expect(try new.bandNumber(named: "swir1") == 5)
    #expect(try raster(["TM1", "TM2", "TM3", "TM4", "TM7"]).bandNumber(named: "nir") == 4)
  }

  @Test("A plain word in a description wins, beside any code")
  func words() throws {
    let raster = try raster(["blue B2", "green B3", "red B4", "nir B5"])
    #expect(try raster.bandNumber(named: "nir") == 4)
    #expect(try raster.bandNumber(named: "Red") == 3)
    #expect(try raster.bandNumber(named: "nir b5") == 4)
  }

  @Test("A name that fits nothing lists the bands")
  func unknown() throws {
    let raster = try raster(["blue", ""])
    #expect(
      message { _ = try raster.bandNumber(named: "nir") }
        == "\(raster.path): cannot find the band 'nir': no band of that name, or it is ambiguous "
        + "here; the bands are 1 'blue', 2")
    #expect(throws: RasterError.self) { try raster.bandNumber(named: "3") }
    #expect(throws: RasterError.self) { try raster.bandNumber(named: "0") }
  }

  @Test("Two bands of one name are ambiguous")
  func twice() throws {
    let raster = try raster(["nir", "NIR"])
    #expect(
      message { _ = try raster.bandNumber(named: "nir") }
        == "\(raster.path): cannot find the band 'nir': bands 1 and 2 both fit; give a number")
  }
}
