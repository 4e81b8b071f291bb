import CGDAL
import Foundation
import Testing

@testable import Rasters

@Suite struct RasterTests {
  let folder: Folder
  let path: String

  init() throws {
    folder = try Folder()
    path = folder.file("a.tif")
  }

  @Test("A missing file, a text file and an empty file give one clear line each")
  func notRasters() throws {
    #expect(
      message { _ = try Raster(path: path) }
        == "\(path): cannot open the raster: No such file or directory")
    for text in ["hello\n", ""] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(
        message { _ = try Raster(path: path) }
          == "\(path): cannot open the raster: not recognized as a supported file format.")
    }
  }

  @Test("A raster tells its format, grid and bands")
  func facts() throws {
    try TestRaster(type: GDT_Int16, nodata: -1, scale: 0.5, offset: 2, names: ["nir", "red"]).write(
      path, [counting(12), counting(12)])
    let raster = try Raster(path: path)
    #expect(raster.driver == "GTiff")
    #expect(raster.grid.geotransform == [500_000, 10, 0, 4_000_000, 0, -10])
    #expect(raster.grid.crsName == "WGS 84 / UTM zone 10N (EPSG:32610)")
    #expect(raster.bands.map(\.name) == ["nir", "red"])
    let band = raster.bands[1]
    #expect(band.number == 2 && band.typeName == "Int16" && band.nodata == -1)
    #expect(band.scale == 0.5 && band.offset == 2 && !band.isAlpha)
    #expect(raster.controlPointCount == 0 && raster.warnings.isEmpty)
  }

  @Test("A raster inside an archive opens")
  func archive() throws {
    try TestRaster().write(path, [counting(12)])
    let bytes = try folder.bytes("a.tif")
    let inside = "/vsizip/" + folder.file("a.zip") + "/b.tif"
    try gdal("make an archive", path: inside) {
      let file = try require(VSIFOpenL(inside, "wb"))
      _ = bytes.withUnsafeBytes { VSIFWriteL($0.baseAddress, 1, $0.count, file) }
      VSIFCloseL(file)
    }
    let raster = try Raster(path: inside)
    #expect(try raster.read(Window(x: 1, y: 0, width: 1, height: 1), bands: [1]) == [2])
  }

  @Test("A driver outside the policy isn't tried")
  func policy() throws {
    try TestRaster().write(path, [counting(12)])
    #expect(
      message { _ = try Raster(path: path, policy: DriverPolicy(allowed: ["PNG"])) }
        == "\(path): cannot open the raster: not recognized as a supported file format.")
  }

  @Test("A container of rasters lists them")
  func container() throws {
    let package = folder.file("two.gpkg")
    try TestRaster(type: GDT_Byte).write(path, [counting(12), counting(12), counting(12)])
    for (index, name) in ["first", "second"].enumerated() {
      try gdal("add a raster", path: package) {
        let source = try require(GDALOpen(path, GA_ReadOnly))
        defer { GDALClose(source) }
        let options = ["RASTER_TABLE=\(name)"] + (index > 0 ? ["APPEND_SUBDATASET=YES"] : [])
        let copy = try withCSL(options) {
          try require(
            GDALCreateCopy(GDALGetDriverByName("GPKG"), package, source, 0, $0, nil, nil))
        }
        GDALClose(copy)
      }
    }
    #expect(
      message { _ = try Raster(path: package) }
        == "\(package): cannot open the raster: it is a container; name one of its rasters "
        + "instead: GPKG:\(package):first, GPKG:\(package):second")
    #expect(try Raster(path: "GPKG:\(package):second").grid.width == 4)
  }

  @Test("Opening and reading a raster leaves nothing beside it")
  func noSidecar() throws {
    try TestRaster(nodata: 3).write(path, [counting(12)])
    do {
      let raster = try Raster(path: path)
      _ = try raster.read(raster.grid.window, bands: [1])
      _ = RasterInfo.text(of: raster)
    }
    #expect(folder.names == ["a.tif"])
  }

  @Test("Labels are whole numbers or nil, without scale and offset")
  func classes() throws {
    try TestRaster(width: 3, height: 1, type: GDT_Byte, nodata: 255, scale: 2).write(
      path, [[0, 255, 7]])
    let raster = try Raster(path: path)
    #expect(try raster.readClasses(raster.grid.window, band: 1) == [0, nil, 7])
  }

  @Test("A label that isn't whole is an error that names the pixel")
  func fractionalLabel() throws {
    var plane = counting(12)
    plane[6] = 6.5
    try TestRaster().write(path, [plane])
    let raster = try Raster(path: path)
    #expect(
      message { _ = try raster.readClasses(Window(x: 1, y: 1, width: 3, height: 2), band: 1) }
        == "\(path): cannot read band 1 as classes: the pixel at column 2, row 1 holds 6.5; "
        + "labels are whole numbers of at most 32 bits")
  }

  @Test("The day is read from the metadata that can only mean the acquisition first")
  func acquisitionDate() throws {
    try TestRaster(metadata: ["TIFFTAG_DATETIME": "2020:08:05 11:12:13"]).write(
      path, [counting(12)])
    #expect(try Raster(path: path).acquisitionDate == "2020-08-05")
    let other = folder.file("b.tif")
    try TestRaster(
      metadata: ["TIFFTAG_DATETIME": "2020:08:05 11:12:13", "DATE_ACQUIRED": "2019-07-01"]
    ).write(other, [counting(12)])
    #expect(try Raster(path: other).acquisitionDate == "2019-07-01")
  }

  @Test(
    "Days are read in the forms in use, and nonsense is no day",
    arguments: [
      ("2020-08-05T10:00:00Z", "2020-08-05"), ("2020/08/05", "2020-08-05"),
      ("20200805T100000", "2020-08-05"), ("2020-13-05", nil), ("yesterday", nil), ("2020", nil),
      ("2020-8-5", nil),
    ])
  func days(_ text: String, _ day: String?) {
    #expect(Raster.day(text) == day)
  }
}
