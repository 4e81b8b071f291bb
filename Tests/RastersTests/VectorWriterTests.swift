import CGDAL
import Foundation
import FoundationXML
import Testing

@testable import Rasters

struct VectorWriterTests {
  let folder: Folder
  let path: String
  private static let fields = [
    VectorWriter.Field("class", .text), VectorWriter.Field("first", .integer),
    VectorWriter.Field("share", .real),
  ]

  init() throws {
    folder = try Folder()
    path = folder.file("map.gpkg")
  }

  /// Writes classes given as rows of digits, `.` not observed, in blocks of a size.
  private func raster(_ rows: [String], _ name: String = "map.tif", block: Int? = nil) throws
    -> Raster
  {
    var raster = TestRaster(width: rows[0].count, height: rows.count, type: GDT_Byte, nodata: 255)
    if let block { raster.options = ["TILED=YES", "BLOCKXSIZE=\(block)", "BLOCKYSIZE=\(block)"] }
    try raster.write(
      folder.file(name), [rows.joined().map { Double($0.wholeNumberValue ?? 255) }])
    return try Raster(path: folder.file(name))
  }

  @discardableResult
  private func write(
    _ raster: Raster, _ path: String? = nil, _ connectedness: Connectedness = .four,
    date: String? = nil
  ) throws -> VectorWriter.PolygonCount {
    let writer = try VectorWriter(
      path: path ?? self.path, layer: "burned area", crs: raster.grid.crs,
      fields: Self.fields,
      style: StyleQML.categories(
        [RasterClass(value: 1, name: "burned", colour: Colour(red: 215, green: 48, blue: 31))],
        field: "class"), date: date)
    let count = try writer.addPolygons(of: raster, connectedness: connectedness) {
      [.text("burned"), .integer($0), .none]
    }
    try writer.finish()
    return count
  }

  /// The rows of a query on a file, each column as text.
  private func query(_ path: String, _ sql: String) throws -> [[String]] {
    try gdal("query", path: path) {
      let handle = try require(
        GDALOpenEx(path, UInt32(GDAL_OF_VECTOR | GDAL_OF_READONLY), nil, nil, nil))
      defer { GDALClose(handle) }
      let result = try require(GDALDatasetExecuteSQL(handle, sql, nil, "SQLITE"))
      defer { GDALDatasetReleaseResultSet(handle, result) }
      var rows: [[String]] = []
      while let feature = OGR_L_GetNextFeature(result) {
        defer { OGR_F_Destroy(feature) }
        rows.append(
          (0..<OGR_F_GetFieldCount(feature)).map {
            String(cString: OGR_F_GetFieldAsString(feature, $0))
          })
      }
      return rows
    }
  }

  @Test("A polygon for each patch knows its first pixel, keeps holes and has the pixels' area")
  func patches() throws {
    let count = try write(
      raster([
        "1110.", "1010.", "11100", "00002",
      ]))
    #expect(count == VectorWriter.PolygonCount(polygons: 4))
    // pixels of 100 m²
    #expect(
      try query(
        path,
        "SELECT first, CAST(ST_Area(geom) AS INTEGER), ST_NumInteriorRing(ST_GeometryN(geom, 1)), "
          + "ST_IsValid(geom), share FROM \"burned area\" ORDER BY first")
        == [
          ["0", "800", "1", "1", ""], ["3", "800", "0", "1", ""], ["6", "100", "0", "1", ""],
          ["19", "100", "0", "1", ""],
        ])
    #expect(folder.names == ["map.gpkg", "map.tif"])
  }

  @Test("Patches that touch at corners are one polygon of valid parts where corners count")
  func corners() throws {
    let raster = try raster(["10.", "01.", "..1"])
    var four = try write(raster)
    #expect(four.polygons == 5)
    four = try write(raster, path, .eight)
    #expect(four.polygons == 2)
    #expect(
      try query(
        path,
        "SELECT first, ST_IsValid(geom), CAST(ST_Area(geom) AS INTEGER) "
          + "FROM \"burned area\" ORDER BY first") == [["0", "1", "300"], ["1", "1", "200"]])
  }

  @Test("A patch that meets itself at a corner is valid and loses no area")
  func pinched() throws {
    let rows = ["1111", "1.1.", "1..1", "1111"]
    for rows in [rows, rows.reversed(), rows.map { String($0.reversed()) }] {
      #expect(try write(raster(rows)).polygons == 1)
      #expect(
        try query(
          path, "SELECT ST_IsValid(geom), CAST(ST_Area(geom) AS INTEGER) FROM \"burned area\"")
          == [["1", "1200"]])
    }
    // an outline in the shape of an 8
    #expect(try write(raster(["1.", ".1"]), nil, .eight) == .init(polygons: 1, repaired: 1))
  }

  @Test("Tiles of the raster leave no trace: the bytes are the same for other blocks")
  func tiles() throws {
    let rows = (0..<70).map { y in
      String((0..<90).map { x in (x * x + 3 * y * y) % 11 < 5 || y == 33 ? "1" : "0" })
    }
    try write(raster(rows, "a.tif", block: 16), folder.file("a.gpkg"), date: "2020-08-01")
    try write(raster(rows, "b.tif", block: 64), folder.file("b.gpkg"), date: "2020-08-01")
    try write(raster(rows, "c.tif"), folder.file("c.gpkg"), date: "2020-08-01")
    let bytes = try folder.bytes("a.gpkg")
    #expect(
      try query(folder.file("a.gpkg"), "SELECT MIN(ST_IsValid(geom)) FROM \"burned area\"") == [
        ["1"]
      ])
    #expect(try folder.bytes("b.gpkg") == bytes)
    #expect(try folder.bytes("c.gpkg") == bytes)
  }

  @Test("A patch over the edge of two tiles is one polygon")
  func tileEdge() throws {
    let row = String(repeating: "1", count: 530)
    let count = try write(raster([row, row], block: 512))
    #expect(count.polygons == 1)
    #expect(
      try query(
        path, "SELECT CAST(ST_Area(geom) AS INTEGER), ST_NPoints(geom) FROM \"burned area\"")
        == [["106000", "5"]])
  }

  @Test("The file carries the day of the data, and a style that QGIS applies")
  func style() throws {
    try write(raster(["1"]), date: "2020-08-01T10:30:00Z")
    #expect(
      try query(
        path, "SELECT f_table_name, f_geometry_column, useAsDefault, update_time FROM layer_styles")
        == [["burned area", "geom", "1", "2020/08/01 00:00:00+00"]])
    let text = try #require(try query(path, "SELECT styleQML FROM layer_styles").first?.first)
    #expect(text.contains("<category symbol=\"0\" value=\"burned\" label=\"burned\""))
    #expect(text.contains("value=\"215,48,31,127\""))
    let document = try XMLDocument(xmlString: text)
    #expect(try document.nodes(forXPath: "//symbol").count == 1)
    let bytes = String(decoding: try folder.bytes("map.gpkg"), as: UTF8.self)
    #expect(bytes.contains("2020-08-01T00:00:00.000Z") && !bytes.contains("1970-01-01"))
  }

  @Test("Without a known day the epoch stands for it")
  func noDay() throws {
    try write(raster(["1"]), date: "summer of 2020")
    let bytes = String(decoding: try folder.bytes("map.gpkg"), as: UTF8.self)
    #expect(bytes.contains("1970-01-01T00:00:00.000Z"))
  }

  @Test("Nothing but nodata gives a layer without polygons")
  func empty() throws {
    #expect(try write(raster(["..", ".."])) == VectorWriter.PolygonCount())
    #expect(try query(path, "SELECT COUNT(*) FROM \"burned area\"") == [["0"]])
  }

  @Test("A failure or a cancellation leaves the old file and no temporary ones")
  func failures() throws {
    struct Stop: Error {}
    try write(raster(["10", "01"]))
    let before = try folder.bytes("map.gpkg")
    let raster = try Raster(path: folder.file("map.tif"))
    let writer = try VectorWriter(path: path, layer: "a", crs: "", fields: [])
    #expect(throws: Stop.self) {
      try writer.addPolygons(of: raster, connectedness: .four) { _ in throw Stop() }
    }
    let other = try VectorWriter(path: path, layer: "a", crs: "", fields: [])
    #expect(
      message {
        _ = try other.addPolygons(of: raster, connectedness: .four, progress: { _ in false }) { _ in
          []
        }
      } == "\(path): cannot outline the patches of \(folder.file("map.tif")): cancelled")
    do { _ = try VectorWriter(path: path, layer: "a", crs: "", fields: []) }
    #expect(folder.names == ["map.gpkg", "map.tif"])
    #expect(try folder.bytes("map.gpkg") == before)
    let missing = folder.file("none/map.gpkg")
    #expect(
      message { _ = try VectorWriter(path: missing, layer: "a", crs: "", fields: []) }
        == "\(missing): cannot create a file beside it: No such file or directory")
  }

  @Test("Journals of an older database are not taken for the new one's")
  func journals() throws {
    for ending in ["-wal", "-shm", "-journal"] {
      try Data("old".utf8).write(to: URL(fileURLWithPath: path + ending))
    }
    try write(raster(["1"]))
    #expect(folder.names == ["map.gpkg", "map.tif"])
    #expect(try query(path, "SELECT COUNT(*) FROM \"burned area\"") == [["1"]])
  }
}
