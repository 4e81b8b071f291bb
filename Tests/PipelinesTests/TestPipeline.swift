import Engine
import Foundation
import Testing

@testable import Pipelines

/// A tiny pipeline in a folder: 96 × 96 pixels before and after a fire in which nir drops and swir2
/// rises within a disc; a corner and some pixels are not observed.
struct TestPipeline {
  let folder: TestFolder
  static let side = 96

  init(crs: String = "EPSG:32610", geotransform: [Double] = [500_000, 10, 0, 4_000_000, 0, -10])
    throws
  {
    folder = try TestFolder()
    let grid = TestGrid(
      width: Self.side, height: Self.side, geotransform: geotransform, crs: crs)
    for image in ["pre", "post"] {
      try grid.write(folder.file("\(image).tif"), bands: ["red", "nir", "swir2"]) { band, x, y in
        if image == "post", Self.isHole(x, y) { return .nan }
        let isBurned = image == "post" && Self.isBurned(x, y)
        let base: Float = [0.08, isBurned ? 0.12 : 0.35, isBurned ? 0.3 : 0.12][band]
        return base + 0.04 * (hashed(band, x, y + (image == "pre" ? 1000 : 0)) - 0.5)
      }
    }
    try grid.writeLabels(folder.file("label.tif")) { Self.isBurned($0, $1) ? 1 : 0 }
  }

  static func isBurned(_ x: Int, _ y: Int) -> Bool {
    (x - 52) * (x - 52) + (y - 44) * (y - 44) < 30 * 30
  }

  static func isHole(_ x: Int, _ y: Int) -> Bool { x + y < 20 || (x % 13 == 4 && y % 17 == 5) }

  static var holeCount: Int {
    (0..<side * side).count { isHole($0 % side, $0 / side) }
  }

  /// The stages that need no network.
  static let plainStages = "[align: {bands: [red, nir, swir2]}, indices: {rasters: [dnbr, dndvi]}]"

  /// All stages, with few steps of a small network.
  static let allStages = """
    - align: {bands: [red, nir, swir2]}
      - indices
      - train:
          model: {name: unet, base: 4, depth: 2}
          optimiser: {name: adamw, learning_rate: 0.01}
          schedule: constant
          epochs: 3
          steps: 8
          batch: 4
          window: 32
          block: 24
          buffer: 2
      - predict: {tile: 32}
      - write
    """

  /// Decodes the pipeline with these stages, written to a folder of results.
  func file(
    _ stages: String, output: String = "out", role: String = "[train, map]", more: String = ""
  ) throws -> PipelineFile {
    try folder.write(
      """
      output: \(folder.file(output))
      scenes:
        - {name: fire, role: \(role), pre: pre.tif, post: post.tif, label: label.tif}
      classes:
        - {name: unburned, value: 0, colour: "#eeeeee"}
        - {name: burned, value: 1, colour: "#d7301f"}
      \(more)
      stages:
        \(stages)

      """, as: "p.yaml")
    return try PipelineFile(path: folder.file("p.yaml"))
  }

  @discardableResult
  func run(
    _ pipeline: PipelineFile, work: String? = nil, overwrites: Bool = false, threads: Int = 1,
    observer: any RunObserver = SilentObserver()
  ) throws -> Summary {
    try Runner(
      pipeline,
      options: RunOptions(
        workDirectory: work.map(folder.file), overwrites: overwrites, threads: threads)
    ).run(observer: observer)
  }

  func digest(_ name: String) throws -> String { try Digest.ofFile(folder.file(name)) }
}
