import CGDAL
import Foundation
import Testing

@testable import Rasters

@Suite struct RasterReadingTests {
  let folder: Folder
  let path: String

  init() throws {
    folder = try Folder()
    path = folder.file("a.tif")
  }

  @Test("A window of several bands is planar and in the order asked")
  func planar() throws {
    try TestRaster(type: GDT_UInt16).write(
      path, [counting(12), counting(12).map { $0 * 100 }])
    let raster = try Raster(path: path)
    let samples = try raster.read(Window(x: 1, y: 1, width: 2, height: 2), bands: [2, 1])
    #expect(samples == [600, 700, 1000, 1100, 6, 7, 10, 11])
  }

  @Test(
    "Nodata is not observed in every sample type",
    arguments: [
      (GDT_Byte, 255.0), (GDT_UInt16, 65535), (GDT_Int16, -32768), (GDT_UInt32, 4_294_967_295),
      (GDT_Int32, -2_147_483_648), (GDT_Float32, -9999), (GDT_Float32, -3.4e38),
      (GDT_Float32, -3.4028234663852886e38), (GDT_Float64, -1.7976931348623157e308),
      (GDT_Float32, .nan), (GDT_Float64, 1e-300), (GDT_Float32, 0),
    ])
  func nodata(_ type: GDALDataType, _ value: Double) throws {
    var plane = counting(12)
    plane[4] = value
    try TestRaster(type: type, nodata: value).write(path, [plane])
    let raster = try Raster(path: path)
    let samples = try raster.read(raster.grid.window, bands: [1])
    let expected: [Float?] = [1, 2, 3, 4, nil, 6, 7, 8, 9, 10, 11, 12]
    #expect(seen(samples) == expected)
  }

  @Test("Whole numbers beside a large nodata value are not mistaken for it")
  func nodataNeighbour() throws {
    // As Float both are 2147483648.
    try TestRaster(width: 2, height: 1, type: GDT_Int32, nodata: 2_147_483_647).write(
      path, [[2_147_483_647, 2_147_483_646]])
    let samples = try Raster(path: path).read(
      Window(x: 0, y: 0, width: 2, height: 1), bands: [1])
    #expect(seen(samples) == [nil, 2_147_483_648])
  }

  @Test("A nodata value that the type cannot hold hides nothing")
  func impossibleNodata() throws {
    try TestRaster(type: GDT_Byte, nodata: -9999).write(path, [[Double](repeating: 0, count: 12)])
    let raster = try Raster(path: path)
    #expect(try raster.read(raster.grid.window, bands: [1]) == [Float](repeating: 0, count: 12))
  }

  @Test("NaN and infinities are not observed without any nodata value")
  func infinities() throws {
    var plane = counting(12)
    (plane[0], plane[1], plane[2]) = (.nan, .infinity, -.infinity)
    try TestRaster().write(path, [plane])
    let raster = try Raster(path: path)
    let samples = try raster.read(Window(x: 0, y: 0, width: 4, height: 1), bands: [1])
    #expect(seen(samples) == [nil, nil, nil, 4])
  }

  @Test("A finite number too large for Float is not observed rather than infinite")
  func tooLarge() throws {
    try TestRaster(width: 2, height: 1, type: GDT_Float64).write(path, [[1e300, 1]])
    let samples = try Raster(path: path).read(
      Window(x: 0, y: 0, width: 2, height: 1), bands: [1])
    #expect(seen(samples) == [nil, 1])
  }

  @Test("Opacity 0 hides pixels in a file with more than four bands")
  func alphaOfFive() throws {
    let alpha: [Double] = [255, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0]
    let planes = (1...4).map { band in counting(12).map { $0 * Double(band) } } + [alpha]
    try TestRaster(type: GDT_Byte, alphaBand: 5).write(path, planes)
    let raster = try Raster(path: path)
    #expect(raster.bands.map(\.isAlpha) == [false, false, false, false, true])
    let samples = try raster.read(Window(x: 0, y: 0, width: 4, height: 1), bands: [1, 4])
    #expect(seen(samples) == [1, nil, 3, 4, 4, nil, 12, 16])
  }

  @Test("Opacity 0 hides pixels in a file with two bands, and the opacity itself can be read")
  func alphaOfTwo() throws {
    let alpha: [Double] = [65535, 0, 1, 300, 1, 1, 1, 1, 1, 1, 1, 1]
    try TestRaster(type: GDT_UInt16, alphaBand: 2).write(path, [counting(12), alpha])
    let raster = try Raster(path: path)
    let samples = try raster.read(Window(x: 0, y: 0, width: 4, height: 1), bands: [1, 2])
    #expect(seen(samples) == [1, nil, 3, 4, 65535, 0, 1, 300])
  }

  @Test("A mask hides pixels of every band", arguments: [false, true])
  func mask(isInternal: Bool) throws {
    let mask: [UInt8] = [255, 255, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255]
    try TestRaster(type: GDT_Int16, mask: mask, maskIsInternal: isInternal).write(
      path, [counting(12), counting(12)])
    #expect(folder.names == (isInternal ? ["a.tif"] : ["a.tif", "a.tif.msk"]))
    let samples = try Raster(path: path).read(
      Window(x: 1, y: 0, width: 3, height: 1), bands: [1, 2])
    #expect(seen(samples) == [2, nil, 4, 2, nil, 4])
  }

  @Test("A mask of one band hides pixels of that band alone, warped or not")
  func maskOfBand() throws {
    try TestRaster(type: GDT_Byte).write(
      path, [counting(12), [0, 0, 255] + [Double](repeating: 255, count: 9)])
    func source(_ band: Int) -> String {
      "<SimpleSource><SourceFilename relativeToVRT=\"1\">a.tif</SourceFilename>"
        + "<SourceBand>\(band)</SourceBand></SimpleSource>"
    }
    let vrt = folder.file("a.vrt")
    let xml =
      "<VRTDataset rasterXSize=\"4\" rasterYSize=\"3\"><SRS>EPSG:32610</SRS>"
      + "<GeoTransform>500000, 10, 0, 4000000, 0, -10</GeoTransform>"
      + "<VRTRasterBand dataType=\"Byte\" band=\"1\">\(source(1))</VRTRasterBand>"
      + "<VRTRasterBand dataType=\"Byte\" band=\"2\">\(source(1))<MaskBand>"
      + "<VRTRasterBand dataType=\"Byte\">\(source(2))</VRTRasterBand></MaskBand>"
      + "</VRTRasterBand></VRTDataset>"
    try Data(xml.utf8).write(to: URL(fileURLWithPath: vrt))
    let raster = try Raster(path: vrt)
    let samples = try raster.read(Window(x: 0, y: 0, width: 3, height: 1), bands: [1, 2])
    #expect(seen(samples) == [1, 2, 3, nil, nil, 3])
    let flipped = try Grid(
      width: 4, height: 3, geotransform: [500_000, 10, 0, 3_999_970, 0, 10], crs: "EPSG:32610")
    let set = try BandSet(
      grid: flipped,
      members: [
        .init(name: "a", source: AlignedSource(raster, on: flipped), band: 1),
        .init(name: "b", source: AlignedSource(raster, on: flipped), band: 2),
      ])
    let warped = try set.read(Window(x: 0, y: 2, width: 3, height: 1))
    #expect(seen(warped) == [1, 2, 3, nil, nil, 3])
  }

  @Test("Nodata in all bands at once hides a pixel only there")
  func nodataValues() throws {
    try TestRaster(width: 3, height: 1, type: GDT_Byte, metadata: ["NODATA_VALUES": "0 0"]).write(
      path, [[0, 0, 7], [0, 5, 0]])
    let samples = try Raster(path: path).read(
      Window(x: 0, y: 0, width: 3, height: 1), bands: [1, 2])
    #expect(seen(samples) == [nil, 0, 7, nil, 5, 0])
  }

  @Test("Scale and offset are applied after the nodata test, and can be overridden")
  func scaleAndOffset() throws {
    try TestRaster(
      width: 3, height: 1, type: GDT_UInt16, nodata: 0, scale: 0.0001, offset: -0.1
    ).write(path, [[0, 1000, 11000]])
    let raster = try Raster(path: path)
    let window = raster.grid.window
    #expect(seen(try raster.read(window, bands: [1])) == [nil, 0, 1])
    #expect(seen(try raster.read(window, bands: [1], scales: [.none])) == [nil, 1000, 11000])
    #expect(
      seen(try raster.read(window, bands: [1], scales: [BandScale(offset: 0)]))
        == [nil, 0.1, 1.1])
  }

  @Test("Signed bytes are signed")
  func signedBytes() throws {
    try TestRaster(
      width: 3, height: 1, type: GDT_Byte, nodata: -128, options: ["PIXELTYPE=SIGNEDBYTE"]
    ).write(path, [[128, 255, 127]])
    let raster = try Raster(path: path)
    #expect(raster.bands[0].typeName == "Int8")
    #expect(seen(try raster.read(raster.grid.window, bands: [1])) == [nil, -1, 127])
  }

  @Test("64-bit nodata is compared exactly")
  func integers64() throws {
    let (least, neighbour) = (Int64.min, Int64.min + 1)
    try gdal("make a test raster", path: path) {
      let handle = try require(
        GDALCreate(GDALGetDriverByName("GTiff"), path, 2, 1, 1, GDT_Int64, nil))
      let band = try require(GDALGetRasterBand(handle, 1))
      try require(GDALSetRasterNoDataValueAsInt64(band, least))
      var samples = [least, neighbour]
      try require(GDALRasterIO(band, GF_Write, 0, 0, 2, 1, &samples, 2, 1, GDT_Int64, 0, 0))
      GDALClose(handle)
    }
    let raster = try Raster(path: path)
    #expect(seen(try raster.read(raster.grid.window, bands: [1])) == [nil, Float(neighbour)])
  }

  @Test("Complex numbers, missing bands and windows outside are refused with the reason")
  func refusals() throws {
    try TestRaster(type: GDT_CFloat32).write(path, [counting(12)])
    let raster = try Raster(path: path)
    let window = Window(x: 0, y: 0, width: 1, height: 1)
    #expect(
      message { _ = try raster.read(window, bands: [1]) }
        == "\(path): cannot read 1x1+0+0 of bands [1]: band 1 holds complex numbers (CFloat32); "
        + "convert it to amplitude or intensity first")
    #expect(
      message { _ = try raster.read(window, bands: [2]) }
        == "\(path): cannot read 1x1+0+0 of bands [2]: the raster has bands 1 to 1")
    #expect(
      message { _ = try raster.read(Window(x: 3, y: 0, width: 2, height: 1), bands: [1]) }
        == "\(path): cannot read 2x1+3+0 of bands [1]: the raster has only 4 × 3 pixels")
  }

  @Test("An empty window reads nothing")
  func empty() throws {
    try TestRaster().write(path, [counting(12)])
    #expect(
      try Raster(path: path).read(Window(x: 0, y: 0, width: 0, height: 3), bands: [1]).isEmpty)
  }

  @Test("A truncated file is an error, not zeros")
  func truncated() throws {
    try TestRaster(width: 300, height: 300, options: ["COMPRESS=DEFLATE"]).write(
      path, [counting(90_000)])
    let bytes = try folder.bytes("a.tif")
    try bytes.prefix(bytes.count / 2).write(to: .init(fileURLWithPath: path))
    let text = message {
      let raster = try Raster(path: path)
      _ = try raster.read(raster.grid.window, bands: [1])
    }
    #expect(text.hasPrefix("\(path): cannot "))
    #expect(!text.contains("\n"))
  }
}
