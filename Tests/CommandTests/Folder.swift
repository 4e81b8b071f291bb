import Foundation
import Rasters

/// A folder of one test, removed when the test is over.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "rspipe-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  func file(_ name: String) -> String { path + "/" + name }

  /// Writes a text and returns its path.
  @discardableResult
  func write(_ text: String, as name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// The names of the files, hidden ones included.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// A tiny scene: a square that burned between two images.
struct TinyScene {
  static let side = 24
  static let bands = ["red", "nir", "swir2"]

  /// Writes `pre.tif`, `post.tif` and `label.tif`; the label's codes are 0 and `burned`.
  static func write(to folder: Folder, burned: UInt8 = 1) throws {
    let grid = try Grid(
      width: side, height: side, geotransform: [500_000, 10, 0, 4_000_000, 0, -10],
      crs: "EPSG:32610")
    for (name, isAfter) in [("pre", false), ("post", true)] {
      let writer = try RasterWriter(
        path: folder.file("\(name).tif"),
        description: RasterDescription(grid: grid, type: .float32, bands: bands))
      for (index, values) in [(0.05, 0.08), (0.4, 0.15), (0.1, 0.3)].enumerated() {
        let plane = (0..<side * side).map { pixel in
          Float((isAfter && isBurned(pixel) ? values.1 : values.0) + Double(pixel % 7) * 0.002)
        }
        try writer.write(grid.window, band: index + 1, plane)
      }
      try writer.finish()
    }
    let label = try RasterWriter(
      path: folder.file("label.tif"),
      description: RasterDescription(grid: grid, type: .byte, bands: ["label"]))
    try label.write(
      grid.window, band: 1, (0..<side * side).map { isBurned($0) ? burned : UInt8(0) })
    try label.finish()
  }

  static func isBurned(_ pixel: Int) -> Bool {
    (6..<14).contains(pixel % side) && (8..<20).contains(pixel / side)
  }

  /// A pipeline file for it that trains for a moment.
  static let pipeline = """
    output: OUTPUT
    scenes:
      - {name: hill, role: [train, map], pre: pre.tif, post: post.tif, label: label.tif}
    classes:
      - {name: unburned, colour: "#bbbbbb"}
      - {name: burned, colour: "#d55e00"}
    stages:
      - align: {bands: [red, nir, swir2]}
      - indices: {channels: [dnbr]}
      - train:
          {model: {name: unet, base: 2, depth: 1}, epochs: 1, steps: 2, batch: 1, window: 16,
           block: 16, buffer: 0, validation: 0, test: 0.3}
      - predict
      - write

    """

  /// Writes rasters and `fire.yaml`, changed as asked; returns the file's path.
  static func pipeline(
    in folder: Folder, replacing old: String = "", with new: String = ""
  ) throws -> String {
    try write(to: folder)
    let text = pipeline.replacingOccurrences(of: "OUTPUT", with: folder.file("out"))
    return try folder.write(
      old.isEmpty ? text : text.replacingOccurrences(of: old, with: new), as: "fire.yaml")
  }
}
