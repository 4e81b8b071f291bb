import CGDAL
import Foundation
import Testing

@testable import Rasters

@Suite struct RasterWriterTests {
  let folder: Folder
  let path: String
  let classes = [
    RasterClass(value: 0, name: "unburned", colour: Colour(red: 200, green: 210, blue: 180)),
    RasterClass(value: 1, name: "burned & <severe>", colour: Colour(red: 180, green: 20, blue: 10)),
    RasterClass(value: 4, name: "water", colour: Colour(red: 0, green: 0, blue: 255), code: 11),
  ]

  init() throws {
    folder = try Folder()
    path = folder.file("map.tif")
  }

  func grid(_ width: Int, _ height: Int) throws -> Grid {
    try Grid(
      width: width, height: height, geotransform: [500_000, 10, 0, 4_000_000, 0, -10],
      crs: "EPSG:32610")
  }

  /// Writes blocks of classes in reverse order, leaving the last column unwritten.
  func writeClasses(_ path: String, width: Int = 1201, height: Int = 1103) throws {
    let grid = try grid(width, height)
    let writer = try RasterWriter(
      path: path,
      description: .classMap(
        grid: grid, band: "burned area", classes: classes,
        columns: [AttributeColumn(name: "Hectares", values: .reals([1.5, 2, 3]))],
        metadata: ["TIFFTAG_SOFTWARE": "rspipe 1", "RSPIPE_MODEL": "abc"]))
    for y in stride(from: (height - 1) / 512 * 512, through: 0, by: -512) {
      for x in stride(from: 0, to: width - 1, by: 512) {
        let window = Window(
          x: x, y: y, width: min(512, width - 1 - x), height: min(512, height - y))
        try writer.write(
          window, band: 1,
          (0..<window.pixelCount).map { index in
            UInt8((x + index % window.width + (y + index / window.width) / 3) % 7 == 0 ? 1 : 0)
          })
      }
    }
    try writer.finish()
  }

  @Test("A class map is cloud-optimised, with palette, names, table and style")
  func classMap() throws {
    try writeClasses(path)
    #expect(folder.names == ["map.qml", "map.tif", "map.tif.aux.xml"])
    let raster = try Raster(path: path)
    #expect(raster.metadata(domain: "IMAGE_STRUCTURE")["LAYOUT"] == "COG")
    #expect(raster.metadata(domain: "IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE")
    #expect(raster.metadata(domain: "IMAGE_STRUCTURE")["PREDICTOR"] == nil)
    #expect(raster.grid.matches(try grid(1201, 1103)))
    #expect(raster.blockSize == (512, 512))
    #expect(raster.overviewCount(band: 1) == 2)
    let band = raster.bands[0]
    #expect(band.colourInterpretation == "Palette" && band.nodata == 255)
    #expect(band.name == "burned area" && band.typeName == "Byte" && band.mask == nil)
    let palette = try #require(raster.colourTable(band: 1))
    #expect(palette[1].colour == classes[1].colour && palette[4].colour == classes[2].colour)
    #expect(
      raster.categoryNames(band: 1) == ["unburned", "burned & <severe>", "", "", "water"])
    #expect(raster.metadata()["AREA_OR_POINT"] == "Area")
    #expect(raster.metadata()["TIFFTAG_SOFTWARE"] == "rspipe 1")
    #expect(raster.metadata()["TIFFTAG_DATETIME"] == nil)
    #expect(raster.metadata()["RSPIPE_MODEL"] == "abc")
    let corner = try raster.readClasses(Window(x: 1197, y: 1101, width: 4, height: 2), band: 1)
    // (x + y / 3) % 7 == 0 holds at x = 1198: 1198 + 367 = 1565, no; 1199 + 367 = 1566, no.
    #expect(corner == [0, 0, 0, nil, 0, 0, 0, nil])
    #expect(try raster.readClasses(Window(x: 7, y: 0, width: 1, height: 1), band: 1) == [1])
    #expect(try folder.text("map.qml") == StyleQML.paletted(classes))
  }

  @Test("The attribute table says what each value means")
  func attributeTable() throws {
    try writeClasses(path, width: 20, height: 20)
    let rows: [[String]] = try gdal("read the table", path: path) {
      let handle = try require(GDALOpen(path, GA_ReadOnly))
      defer { GDALClose(handle) }
      let table = try require(GDALGetDefaultRAT(GDALGetRasterBand(handle, 1)))
      let columns = GDALRATGetColumnCount(table)
      let heads = (0..<columns).map { column in
        String(cString: GDALRATGetNameOfCol(table, column))
          + " \(GDALRATGetUsageOfCol(table, column).rawValue)"
      }
      return [heads]
        + (0..<GDALRATGetRowCount(table)).map { row in
          (0..<columns).map { String(cString: GDALRATGetValueAsString(table, row, $0)) }
        }
    }
    #expect(
      rows == [
        ["Value 5", "Class 2", "Code 0", "Red 6", "Green 7", "Blue 8", "Hectares 0"],
        ["0", "unburned", "0", "200", "210", "180", "1.5"],
        ["1", "burned & <severe>", "1", "180", "20", "10", "2"],
        ["4", "water", "11", "0", "0", "255", "3"],
      ])
    #expect(try folder.text("map.tif.aux.xml").contains("tableType=\"thematic\""))
  }

  @Test("The same pixels give the same bytes, in all files")
  func identicalBytes() throws {
    let other = folder.file("other.tif")
    try writeClasses(path)
    try writeClasses(other)
    for (first, second) in [
      ("map.tif", "other.tif"), ("map.tif.aux.xml", "other.tif.aux.xml"), ("map.qml", "other.qml"),
    ] {
      #expect(try folder.bytes(first) == folder.bytes(second), "\(first)")
    }
  }

  @Test("Probabilities keep their values, NaN is nodata, and overviews are means")
  func probabilities() throws {
    let grid = try grid(1024, 600)
    let writer = try RasterWriter(
      path: path,
      description: RasterDescription(
        grid: grid, type: .float32, bands: ["unburned", "burned"],
        style: StyleQML.probability(band: 2)))
    var plane = (0..<grid.window.pixelCount).map { Float($0 % 2) }
    plane[3] = .nan
    try writer.write(grid.window, band: 2, plane)
    try writer.finish()
    let raster = try Raster(path: path)
    #expect(raster.bands.map(\.name) == ["unburned", "burned"])
    #expect(raster.bands.allSatisfy { $0.nodata?.isNaN == true && $0.typeName == "Float32" })
    #expect(raster.metadata(domain: "IMAGE_STRUCTURE")["PREDICTOR"] == "3")
    let samples = try raster.read(Window(x: 0, y: 0, width: 5, height: 1), bands: [1, 2])
    #expect(seen(samples) == [nil, nil, nil, nil, nil, 0, 1, 0, nil, 0])
    let overview: [Float] = try gdal("read an overview", path: path) {
      let handle = try require(GDALOpen(path, GA_ReadOnly))
      defer { GDALClose(handle) }
      let band = try require(GDALGetOverview(GDALGetRasterBand(handle, 2), 0))
      var samples = [Float](repeating: 0, count: 3)
      try require(GDALRasterIO(band, GF_Read, 0, 0, 3, 1, &samples, 3, 1, GDT_Float32, 0, 0))
      return samples
    }
    // The second is the mean of 0, 0 and 1: one of the four isn't observed.
    #expect(zip(overview, [0.5, 1.0 / 3, 0.5]).allSatisfy { abs($0 - Float($1)) < 1e-6 })
    #expect(folder.names == ["map.qml", "map.tif"])
  }

  @Test("Overviews of classes hold the most frequent class")
  func modeOverview() throws {
    try writeClasses(path)
    let counts: [UInt8: Int] = try gdal("read an overview", path: path) {
      let handle = try require(GDALOpen(path, GA_ReadOnly))
      defer { GDALClose(handle) }
      let band = try require(GDALGetOverview(GDALGetRasterBand(handle, 1), 0))
      var samples = [UInt8](repeating: 9, count: 600 * 551)
      try require(
        GDALRasterIO(band, GF_Read, 0, 0, 600, 551, &samples, 600, 551, GDT_Byte, 0, 0))
      return Dictionary(samples.map { ($0, 1) }, uniquingKeysWith: +)
    }
    // Only values that occur below, never a mean; class 1 is rare and never has a majority.
    #expect(Set(counts.keys).isSubset(of: [0, 1]))
    #expect(counts[0, default: 0] > 300_000)
  }

  @Test("Sixteen-bit maps keep a palette, and signed days have no palette")
  func sixteenBits() throws {
    let window = try grid(3, 1).window
    let writer = try RasterWriter(
      path: path,
      description: .classMap(
        grid: try grid(3, 1), type: .uint16, band: "change",
        classes: [RasterClass(value: 1000, name: "a", colour: Colour(red: 1, green: 2, blue: 3))]))
    try writer.write(window, band: 1, [1000, 65535, 7] as [UInt16])
    try writer.finish()
    let raster = try Raster(path: path)
    #expect(raster.bands[0].colourInterpretation == "Palette")
    #expect(try raster.readClasses(window, band: 1) == [1000, nil, 7])
    let days = folder.file("days.tif")
    let signed = try RasterWriter(
      path: days, description: RasterDescription(grid: try grid(3, 1), type: .int16, bands: ["JD"]))
    try signed.write(window, band: 1, [-2, -1, 366] as [Int16])
    try signed.finish()
    #expect(try Raster(path: days).readClasses(window, band: 1) == [-2, -1, 366])
  }

  @Test("A grid without reference system, rotated or one pixel wide is written as it is")
  func oddGrids() throws {
    for (index, grid) in [
      try Grid(width: 1, height: 521, geotransform: Grid.noGeotransform, crs: ""),
      try Grid(width: 7, height: 5, geotransform: [10, 3, 4, 20, 4, -3], crs: "EPSG:32610"),
      try Grid(width: 7, height: 5, geotransform: [10, 0.1, 0, 20, 0, 0.1], crs: "EPSG:4326"),
    ].enumerated() {
      let file = folder.file("\(index).tif")
      let writer = try RasterWriter(
        path: file, description: RasterDescription(grid: grid, type: .byte, bands: ["a"]))
      try writer.write(
        grid.window, band: 1, [UInt8](repeating: 5, count: grid.window.pixelCount))
      try writer.finish()
      let raster = try Raster(path: file)
      #expect(raster.grid.matches(grid))
      #expect(
        try raster.readClasses(grid.window, band: 1).allSatisfy { $0 == 5 })
    }
  }

  @Test("Nothing shows under the final name until the end, and dropping the writer cleans up")
  func dropped() throws {
    do {
      let writer = try RasterWriter(
        path: path, description: RasterDescription(grid: try grid(9, 9), type: .byte, bands: ["a"]))
      try writer.write(Window(x: 0, y: 0, width: 1, height: 1), band: 1, [1] as [UInt8])
      #expect(folder.names.count == 1)
      #expect(folder.names.allSatisfy { $0.hasPrefix(".map.partial-") && $0.hasSuffix(".tif") })
    }
    #expect(folder.names.isEmpty)
  }

  @Test("A write that fails or is cancelled leaves the old raster and no temporary files")
  func oldStays() throws {
    try writeClasses(path, width: 600, height: 600)
    let names = folder.names
    let before = try names.map { try folder.bytes($0) }
    let description = RasterDescription(grid: try grid(2000, 2000), type: .float32, bands: ["a"])
    let writer = try RasterWriter(path: path, description: description)
    var calls = 0
    do {
      try writer.finish { _ in
        calls += 1
        return calls < 3
      }
      Issue.record("the writer went on")
    } catch let error as RasterError {
      #expect(error.isCancellation)
      #expect("\(error)" == "\(path): cannot build the cloud-optimised raster: cancelled")
    }
    // The filled file vanishes before it is optimised.
    let broken = try RasterWriter(path: path, description: description)
    let partial = try #require(folder.names.first { $0.hasPrefix(".map.partial-") })
    try FileManager.default.removeItem(atPath: folder.file(partial))
    #expect(throws: RasterError.self) { try broken.finish() }
    #expect(folder.names == names)
    #expect(try names.map { try folder.bytes($0) } == before)
  }

  @Test("A new raster replaces the sidecars of the old one")
  func staleSidecars() throws {
    try writeClasses(path, width: 30, height: 30)
    for name in ["map.tif.ovr", "map.tif.msk"] {
      try Data("old".utf8).write(to: URL(fileURLWithPath: folder.file(name)))
    }
    let writer = try RasterWriter(
      path: path, description: RasterDescription(grid: try grid(3, 3), type: .float32, bands: ["a"])
    )
    try writer.finish()
    // The style of the old raster stays only because it may be the user's own.
    #expect(folder.names == ["map.qml", "map.tif"])
  }

  @Test("A directory that cannot be written and a description TIFF cannot keep are refused")
  func refusals() throws {
    func refusal(_ path: String, _ description: RasterDescription) -> String {
      message { _ = try RasterWriter(path: path, description: description) }
    }
    let missing = folder.file("none/map.tif")
    var description = RasterDescription(grid: try grid(3, 3), type: .float32, bands: ["a"])
    #expect(
      refusal(missing, description)
        == "\(missing): cannot create a file beside it: No such file or directory")
    description.colourTable = [ColourEntry(value: 0, colour: classes[0].colour)]
    #expect(
      refusal(path, description)
        == "\(path): cannot create the raster: TIFF keeps a palette only for one band of type byte "
        + "or uint16")
    description.type = .byte
    description.colourTable = [ColourEntry(value: 256, colour: classes[0].colour)]
    #expect(
      refusal(path, description)
        == "\(path): cannot create the raster: the palette's value 256 lies outside 0 to 255")
    let void = RasterClass(value: 255, name: "void", colour: classes[0].colour)
    #expect(
      refusal(path, .classMap(grid: try grid(3, 3), band: "a", classes: [void]))
        == "\(path): cannot create the raster: the value 255 of class 'void' means nodata")
    description.bands = []
    #expect(refusal(path, description) == "\(path): cannot create the raster: it has no bands")
    description.grid = try grid(0, 3)
    #expect(
      refusal(path, description) == "\(path): cannot create the raster: the grid has no pixels")
    #expect(folder.names.isEmpty)
  }
}
