import Foundation
import Rasters
import Testing

@testable import Pipelines

@Suite("Map comparison")
struct MapComparisonTests {
  private let folder = NSTemporaryDirectory() + "comparison-" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes a raster of three columns; 255 is nodata.
  private func write(
    _ values: [UInt8], as name: String, pixel: Double = 10, names: [String] = []
  ) throws -> String {
    let grid = try Grid(
      width: Int(30 / pixel), height: values.count / Int(30 / pixel),
      geotransform: [500_000, pixel, 0, 4_000_000, 0, -pixel], crs: "EPSG:32610")
    var description = RasterDescription(grid: grid, type: .byte, bands: ["class"])
    description.categories = names.isEmpty ? nil : names
    let writer = try RasterWriter(path: "\(folder)/\(name)", description: description)
    try writer.write(grid.window, band: 1, values)
    try writer.finish()
    return "\(folder)/\(name)"
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("every pixel is scored or counted apart, with the values found as classes")
  func counts() throws {
    defer { remove() }
    let map = try write([1, 1, 3, 3, 255, 255], as: "map.tif")
    let truth = try write([1, 3, 3, 9, 1, 255], as: "truth.tif")
    var told: [Int] = []
    let agreement = try MapComparison(map: map, reference: truth, ignore: 9).run {
      told += [$0, $1]
    }
    #expect(agreement.classes.map(\.value) == [1, 3])
    #expect(agreement.classes.map(\.name) == ["1", "3"])
    #expect(agreement.matrix.counts == [[1, 0], [1, 1]])
    #expect(agreement.notObservedPixels == 1)
    #expect(agreement.pixelsWithoutReference == 2)
    #expect(told == [1, 1])
  }

  @Test("the map's category names are its classes, without the empty ones")
  func categories() throws {
    defer { remove() }
    let map = try write([0, 2, 2], as: "map.tif", names: ["bare", "", "wood", "lake"])
    let truth = try write([0, 2, 0], as: "truth.tif")
    let agreement = try MapComparison(map: map, reference: truth).run()
    #expect(
      agreement.classes == [
        .init(value: 0, code: 0, name: "bare"), .init(value: 2, code: 2, name: "wood"),
        .init(value: 3, code: 3, name: "lake"),
      ])
    #expect(agreement.matrix.counts == [[1, 1, 0], [0, 1, 0], [0, 0, 0]])
  }

  @Test("the reference's codes may differ from the map's values")
  func codes() throws {
    defer { remove() }
    let map = try write([0, 1, 1], as: "map.tif")
    let truth = try write([11, 95, 11], as: "truth.tif")
    let agreement = try MapComparison(
      map: map, reference: truth,
      classes: [.init(value: 0, code: 11, name: "a"), .init(value: 1, code: 95, name: "b")]
    ).run()
    #expect(agreement.matrix.counts == [[1, 1], [0, 1]])
  }

  @Test("the codes of a map's attribute table are those of the reference")
  func tableCodes() throws {
    defer { remove() }
    let colour = Colour(red: 1, green: 2, blue: 3)
    let grid = try Grid(
      width: 3, height: 1, geotransform: [500_000, 10, 0, 4_000_000, 0, -10], crs: "EPSG:32610")
    let writer = try RasterWriter(
      path: "\(folder)/map.tif",
      description: .classMap(
        grid: grid, band: "class",
        classes: [
          RasterClass(value: 0, name: "water", colour: colour, code: 11),
          RasterClass(value: 1, name: "wetland", colour: colour, code: 95),
        ]))
    try writer.write(grid.window, band: 1, [0, 1, 1] as [UInt8])
    try writer.finish()
    let truth = try write([11, 95, 11], as: "truth.tif")
    let agreement = try MapComparison(map: "\(folder)/map.tif", reference: truth).run()
    #expect(
      agreement.classes == [
        .init(value: 0, code: 11, name: "water"), .init(value: 1, code: 95, name: "wetland"),
      ])
    #expect(agreement.matrix.counts == [[1, 1], [0, 1]])
  }

  @Test("a reference of another resolution is taken by its nearest pixels")
  func resolution() throws {
    defer { remove() }
    let map = try write([0, 0, 1, 0, 0, 1, 0, 0, 1], as: "map.tif")
    let truth = try write([1], as: "truth.tif", pixel: 30)
    #expect(
      try MapComparison(map: map, reference: truth).run().matrix.counts == [[0, 0], [6, 3]])
  }

  @Test("values that are no class are told, with the file")
  func unknown() throws {
    defer { remove() }
    let map = try write([0, 1, 1], as: "map.tif")
    let truth = try write([0, 1, 7], as: "truth.tif")
    let classes = [
      MapComparison.Item(value: 0, code: 0, name: "a"),
      MapComparison.Item(value: 1, code: 1, name: "b"),
    ]
    #expect(
      message { _ = try MapComparison(map: map, reference: truth, classes: classes).run() }
        == "\(truth): the value 7 is no class. Classes: 0 a, 1 b; ignored: 255. Name the classes "
        + "by --classes, or set --ignore")
    #expect(
      message { _ = try MapComparison(map: truth, reference: map, classes: classes).run() }
        == "\(truth): the value 7 is no class. Classes: 0 a, 1 b; ignored: 255. Name the classes "
        + "by --classes, or set --ignore")
  }

  @Test("rasters without a common pixel are refused")
  func nothingInCommon() throws {
    defer { remove() }
    let map = try write([0, 255, 255], as: "map.tif")
    let truth = try write([255, 1, 1], as: "truth.tif")
    #expect(
      message { _ = try MapComparison(map: map, reference: truth).run() }
        == "\(map): no pixel has a class both here and in \(truth)")
  }
}
