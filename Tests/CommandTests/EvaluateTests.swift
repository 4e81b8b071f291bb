import Foundation
import Pipelines
import Rasters
import Testing

@testable import rspipe

@Suite("rspipe evaluate")
struct EvaluateTests {
  /// Writes one row of classes; 255 is nodata.
  private func write(_ values: [UInt8], to path: String, classes: [RasterClass] = []) throws {
    let grid = try Grid(
      width: values.count, height: 1, geotransform: [0, 10, 0, 0, 0, -10], crs: "EPSG:32610")
    let writer = try RasterWriter(
      path: path,
      description: classes.isEmpty
        ? RasterDescription(grid: grid, type: .byte, bands: ["class"])
        : .classMap(grid: grid, band: "class", classes: classes))
    try writer.write(grid.window, band: 1, values)
    try writer.finish()
  }

  private static let classes = [
    RasterClass(value: 0, name: "unburned", colour: Colour(red: 1, green: 2, blue: 3)),
    RasterClass(value: 1, name: "burned", colour: Colour(red: 3, green: 2, blue: 1)),
  ]

  @Test("scores stand in a table")
  func table() throws {
    let folder = try Folder()
    let (map, truth) = (folder.file("map.tif"), folder.file("truth.tif"))
    try write([0, 0, 1, 1, 255, 0], to: map, classes: EvaluateTests.classes)
    try write([0, 0, 0, 1, 1, 255], to: truth)
    // burned: 1 hit, 1 false alarm; chance agreement (3·2 + 1·2) / 16 = 0.5
    #expect(
      CommandLineRun(["evaluate", map, truth]).output == """
        class        IoU      F1  precision  recall  reference pixels  map pixels
        unburned  0.6667  0.8000     1.0000  0.6667                 3           2
        burned    0.5000  0.6667     0.5000  1.0000                 1           2

          overall accuracy         0.7500
          mean IoU                 0.5833
          kappa                    0.5000
          pixels compared          4
          not observed in the map  1
          without a reference      1

        """)
    let json = CommandLineRun(["evaluate", map, truth, "--json"]).output
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["kappa"] as? Double == 0.5)
    #expect(object["confusion"] as? [[Int]] == [[2, 1], [0, 1]])
  }

  @Test("a mask of 0 and 255 is scored where classes and ignored value say so")
  func mask() throws {
    let folder = try Folder()
    let (map, truth) = (folder.file("map.tif"), folder.file("truth.tif"))
    try write([0, 0, 1, 1], to: map)
    let grid = try Raster(path: map).grid
    var description = RasterDescription(grid: grid, type: .byte, bands: ["mask"])
    description.nodata = 7
    let writer = try RasterWriter(path: truth, description: description)
    try writer.write(grid.window, band: 1, [0, 255, 255, 255] as [UInt8])
    try writer.finish()
    let run = CommandLineRun([
      "evaluate", map, truth, "--classes", "0=unburned,1:255=burned", "--ignore", "7",
    ])
    #expect(run.output.contains("pixels compared          4\n"), "\(run)")
    #expect(run.output.contains("\nburned    0.6667  "), "\(run)")
  }

  @Test(
    "lists of classes",
    arguments: [
      ("a,b", [(0, 0, "a"), (1, 1, "b")]),
      ("11=water,21=town", [(11, 11, "water"), (21, 21, "town")]),
      ("0=x=y,1:255=z", [(0, 0, "x=y"), (1, 255, "z")]),
    ])
  func lists(_ text: String, _ expected: [(Int, Int, String)]) throws {
    #expect(
      try EvaluateCommand.list(text)
        == expected.map { MapComparison.Item(value: $0.0, code: $0.1, name: $0.2) })
  }

  @Test(
    "wrong lists of classes",
    arguments: [
      ("a,,b", "'--classes' takes NAME, VALUE=NAME or VALUE:CODE=NAME, found ''"),
      ("x=a", "'--classes' takes NAME, VALUE=NAME or VALUE:CODE=NAME, found 'x=a'"),
      ("1:2:3=a", "'--classes' takes NAME, VALUE=NAME or VALUE:CODE=NAME, found '1:2:3=a'"),
      ("=a", "'--classes' takes NAME, VALUE=NAME or VALUE:CODE=NAME, found '=a'"),
      ("a,0=b", "'--classes': '0=b' repeats a value, a code or a name"),
    ])
  func wrongLists(_ text: String, _ message: String) {
    let error = #expect(throws: ArgumentError.self) { try EvaluateCommand.list(text) }
    #expect(error?.description == message)
  }
}
