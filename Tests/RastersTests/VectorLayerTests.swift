import CGDAL
import Foundation
import Testing

@testable import Rasters

/// Polygons as GeoJSON, in UTM zone 10 unless said otherwise.
struct TestPolygons {
  var crs: String? = "EPSG::32610"
  var features: [String] = []

  /// Adds a rectangle; places are metres east of 500 000 and south of 4 000 000.
  mutating func add(
    _ x: ClosedRange<Double>, _ y: ClosedRange<Double>, _ properties: String = ""
  ) {
    let (west, east) = (500_000 + x.lowerBound, 500_000 + x.upperBound)
    let (north, south) = (4_000_000 - y.lowerBound, 4_000_000 - y.upperBound)
    add(ring: [(west, north), (east, north), (east, south), (west, south)], properties)
  }

  mutating func add(ring: [(Double, Double)], _ properties: String = "") {
    let places = (ring + [ring[0]]).map { "[\($0.0), \($0.1)]" }.joined(separator: ", ")
    add(geometry: #"{"type": "Polygon", "coordinates": [[\#(places)]]}"#, properties)
  }

  mutating func add(geometry: String, _ properties: String = "") {
    features.append(
      #"{"type": "Feature", "properties": {\#(properties)}, "geometry": \#(geometry)}"#)
  }

  func write(_ path: String) throws {
    let system = crs.map {
      #""crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:\#($0)"}}, "#
    }
    let text =
      #"{"type": "FeatureCollection", \#(system ?? "")"features": [\#(features.joined(separator: ",\n"))]}"#
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }
}

struct VectorLayerTests {
  let folder: Folder
  /// 6 × 4 pixels of 10 m.
  let grid: Grid

  init() throws {
    folder = try Folder()
    grid = try Grid(
      width: 6, height: 4, geotransform: [500_000, 10, 0, 4_000_000, 0, -10], crs: "EPSG:32610")
  }

  private func burn(
    _ polygons: TestPolygons, on grid: Grid? = nil,
    _ change: (inout PolygonSelection) -> Void = { _ in }
  ) throws -> (pixels: [UInt8], counts: PolygonCounts) {
    try polygons.write(folder.file("a.geojson"))
    var selection = PolygonSelection()
    change(&selection)
    return try VectorLayer(path: folder.file("a.geojson")).rasterise(
      on: grid ?? self.grid, background: 0, selection: selection
    ) { $0.flatMap(UInt8.init) ?? 1 }
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  @Test("A polygon takes the pixels whose centre it covers, or all that it touches")
  func centres() throws {
    var polygons = TestPolygons()
    polygons.add(14...34, 4...26)
    let plain = try burn(polygons)
    // centres lie at 15, 25, 35 metres: columns 1 to 3 but for 35 > 34, rows 0 to 2
    let covered: [UInt8] = [
      0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    #expect(plain.pixels == covered)
    #expect(plain.counts.burned == 1 && plain.counts.features == 1)
    let touched = try burn(polygons) { $0.touchesAll = true }
    let all: [UInt8] = [
      0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    #expect(touched.pixels == all)
  }

  @Test("The code field decides the value, later polygons cover earlier ones, null has none")
  func codes() throws {
    var polygons = TestPolygons()
    polygons.add(0...60, 0...20, #""Class": 7"#)
    polygons.add(20...40, 0...40, #""Class": 9"#)
    polygons.add(0...60, 30...40, #""Class": null"#)
    let (pixels, counts) = try burn(polygons) { $0.codeField = "class" }
    let expected: [UInt8] = [
      7, 7, 9, 9, 7, 7, 7, 7, 9, 9, 7, 7, 0, 0, 9, 9, 0, 0, 0, 0, 9, 9, 0, 0,
    ]
    #expect(pixels == expected)
    #expect(counts.withoutCode == 1 && counts.burned == 2)
  }

  @Test("Polygons in degrees are projected to the grid, with their long edges bent")
  func degrees() throws {
    // 530 km of a parallel: half-way its straight image in UTM would lie 4 km further north, row 20
    let wide = try Grid(
      width: 5, height: 40, geotransform: [299_000, 80_000, 0, 4_200_000, 0, -5_000],
      crs: "EPSG:32610")
    var polygons = TestPolygons(crs: nil)
    polygons.add(ring: [(-126, 37), (-120, 37), (-120, 36.9), (-126, 36.9)])
    let (pixels, counts) = try burn(polygons, on: wide) { $0.touchesAll = true }
    #expect(counts.burned == 1)
    // 37° and 36.9° N lie at 4 094 872 and 4 083 779 m north on the central meridian: rows 21 to 23
    #expect((0..<40).filter { pixels[$0 * 5 + 2] == 1 } == [21, 22, 23])
  }

  @Test("Empty and small ones, points, those beside the grid or of other dates are counted apart")
  func counts() throws {
    var polygons = TestPolygons()
    let day = #""day": "2020-08-05""#
    polygons.add(0...20, 0...20, day)
    polygons.add(geometry: #"{"type": "Polygon", "coordinates": []}"#, day)
    polygons.add(geometry: "null", day)
    polygons.add(geometry: #"{"type": "Point", "coordinates": [500005, 3999995]}"#, day)
    polygons.add(700...720, 0...20, day)
    polygons.add(40...44, 0...4, day)
    polygons.add(0...20, 0...20, #""day": "2020-09-30""#)
    polygons.add(0...20, 0...20, #""day": null"#)
    // a bow tie: two triangles of 100 m² that meet at (40, 30)
    polygons.add(
      ring: [
        (500_030, 3_999_980), (500_050, 3_999_960), (500_050, 3_999_980), (500_030, 3_999_960),
      ],
      day)
    let first = Day.number("2020-08-01")!
    let (_, counts) = try burn(polygons) {
      $0.dateField = "day"
      $0.days = first...(first + 10)
      $0.leastHectares = 0.01
    }
    var expected = PolygonCounts()
    expected.features = 9
    expected.burned = 2
    expected.empty = 2
    expected.otherGeometries = 1
    expected.outside = 1
    expected.small = 1
    expected.otherDates = 1
    expected.undated = 1
    expected.mended = 1
    #expect(counts == expected)
  }

  @Test("The least area is geodesic, whatever the layer's system, less holes")
  func area() throws {
    // a cell of a degree with its upper edge at 46°: 868 649.495 667 1 hectares (see SummaryTests)
    let land = try Grid(
      width: 2, height: 2, geotransform: [0, 0.5, 0, 46, 0, -0.5], crs: "EPSG:4326")
    var polygons = TestPolygons(crs: nil)
    polygons.add(ring: [(0, 46), (1, 46), (1, 45), (0, 45)])
    for (least, burned) in [(868_649.49, 1), (868_649.50, 0)] {
      #expect(try burn(polygons, on: land) { $0.leastHectares = least }.counts.burned == burned)
    }
    // in Web Mercator the same cell looks twice as large
    var mercator = TestPolygons(crs: "EPSG::3857")
    let (north, south) = (5_780_349.22, 5_621_521.486_2)
    mercator.add(ring: [(0, north), (111_319.490_8, north), (111_319.490_8, south), (0, south)])
    for (least, burned) in [(868_640.0, 1), (868_660.0, 0)] {
      #expect(try burn(mercator, on: land) { $0.leastHectares = least }.counts.burned == burned)
    }
    var holed = TestPolygons(crs: nil)
    holed.add(
      geometry: #"{"type": "Polygon", "coordinates": [[[0,45],[1,45],[1,46],[0,46],[0,45]],"#
        + #"[[0.25,45.1],[0.75,45.1],[0.75,45.9],[0.25,45.9],[0.25,45.1]]]}"#)
    // the hole takes 0.4 of it, give or take 1 % since cells shrink polewards
    for (least, burned) in [(515_000.0, 1), (526_000, 0)] {
      #expect(try burn(holed, on: land) { $0.leastHectares = least }.counts.burned == burned)
    }
  }

  @Test("A GeoPackage with layers is read by the layer's name and a condition")
  func geoPackage() throws {
    var polygons = TestPolygons()
    polygons.add(0...20, 0...20, #""kind": "fire""#)
    polygons.add(40...60, 0...20, #""kind": "lake""#)
    try polygons.write(folder.file("a.geojson"))
    for (layer, mode) in [("fires", "-overwrite"), ("others", "-update")] {
      try convert("a.geojson", to: "a.gpkg", [mode, "-nln", layer])
    }
    let path = folder.file("a.gpkg")
    #expect(
      message { _ = try VectorLayer(path: path) }
        == "a.gpkg: cannot open the vector file: it has several layers; name one by 'layer': "
        + "fires, others")
    #expect(
      message { _ = try VectorLayer(path: path, layer: "fire") }
        == "a.gpkg: cannot open the vector file: no layer 'fire'; the layers are fires, others")
    let layer = try VectorLayer(path: path, layer: "fires", where: "kind = 'fire'")
    let (pixels, counts) = try layer.rasterise(
      on: grid, background: 255, selection: PolygonSelection()
    ) { _ in 1 }
    #expect(counts.features == 1)
    let expected = (0..<24).map { (pixel: Int) -> UInt8 in
      pixel % 6 < 2 && pixel / 6 < 2 ? 1 : 255
    }
    #expect(pixels == expected)
    let unknown = message { _ = try VectorLayer(path: path, layer: "fires", where: "sort = 1") }
    #expect(unknown.contains("sort"), "\(unknown)")
    #expect(
      message {
        var selection = PolygonSelection()
        selection.codeField = "class"
        try layer.check(selection, on: grid)
      } == "a.gpkg: cannot find the field 'class': the fields are kind")
  }

  @Test("A layer or a grid without a reference system is refused if the other has one")
  func systems() throws {
    var polygons = TestPolygons()
    polygons.add(0...20, 0...20)
    let placeless = try Grid(
      width: 6, height: 4, geotransform: [500_000, 10, 0, 4_000_000, 0, -10], crs: "")
    #expect(
      message { _ = try burn(polygons, on: placeless) }
        == "a.geojson: cannot rasterise its polygons: the grid has no coordinate reference system, "
        + "the layer has one")
    try convert("a.geojson", to: "b.shp", [])
    try FileManager.default.removeItem(atPath: folder.file("b.prj"))
    let layer = try VectorLayer(path: folder.file("b.shp"))
    #expect(
      message { try layer.check(PolygonSelection(), on: grid) }
        == "b.shp: cannot rasterise its polygons: the layer has no coordinate reference system, the "
        + "grid has WGS 84 / UTM zone 10N (EPSG:32610); assign one with ogr2ogr -a_srs")
    let (pixels, _) = try layer.rasterise(
      on: placeless, background: 0, selection: PolygonSelection()
    ) { _ in 1 }
    #expect(pixels.count { $0 == 1 } == 4)
  }

  @Test("Vector files are told from rasters and from other files")
  func kinds() throws {
    var polygons = TestPolygons()
    polygons.add(0...20, 0...20)
    try polygons.write(folder.file("a.geojson"))
    try Data("hello".utf8).write(to: URL(fileURLWithPath: folder.file("a.txt")))
    let writer = try RasterWriter(
      path: folder.file("a.tif"),
      description: RasterDescription(grid: grid, type: .byte, bands: ["a"]))
    try writer.write(grid.window, band: 1, [UInt8](repeating: 1, count: 24))
    try writer.finish()
    #expect(VectorLayer.isVector(folder.file("a.geojson")))
    for name in ["a.tif", "a.txt", "missing.gpkg"] {
      #expect(!VectorLayer.isVector(folder.file(name)))
    }
  }

  private func convert(_ from: String, to path: String, _ options: [String]) throws {
    try gdal("convert", path: path) {
      let source = try require(
        GDALOpenEx(folder.file(from), UInt32(GDAL_OF_VECTOR), nil, nil, nil))
      defer { GDALClose(source) }
      let parsed = withCSL(options) { GDALVectorTranslateOptionsNew($0, nil) }
      defer { GDALVectorTranslateOptionsFree(parsed) }
      var (handle, usage): (GDALDatasetH?, Int32) = (source, 0)
      GDALClose(
        try require(
          GDALVectorTranslate(folder.file(path), nil, 1, &handle, parsed, &usage)))
    }
  }
}
