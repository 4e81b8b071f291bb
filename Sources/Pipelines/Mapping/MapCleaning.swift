import Glibc
import Rasters

/// Turns a raster of probabilities into a map without small patches and holes.
///
/// Each step reads a file and writes the next, line by line or window by window, so memory doesn't
/// grow with the scene and nothing depends on how files are tiled.
struct MapCleaning {
  /// The classes.
  let classCount: Int
  /// How probabilities become classes.
  let rule: ClassRule
  /// The least size of a patch; 1: all stay.
  let leastPixels: Int
  /// The size of the largest hole of the second class that is filled; 0: none.
  let filledPixels: Int
  /// Which pixels make a patch.
  let connectedness: Connectedness

  /// Writes the map.
  ///
  /// - Parameters:
  ///   - probabilities: A band for each class, NaN where not observed.
  ///   - path: Where the map goes: bytes, 255 where not observed.
  /// - Returns: How many pixels have another class than by the rule alone.
  func write(_ probabilities: Raster, to path: String, in run: Run) throws -> Int {
    let grid = probabilities.grid
    let drafts = ["\(path).rule.tif", "\(path).sieved.tif"]
    defer { for draft in drafts { unlink(draft) } }
    var steps: [(Raster?, RasterWriter) throws -> Void] = [
      { _, writer in try classify(probabilities, to: writer, in: run) }
    ]
    if leastPixels > 1 {
      steps.append { map, writer in
        guard let map else { return }
        try run.cancelling {
          try writer.writeSieved(
            map, least: leastPixels, connectedness: connectedness, progress: $0)
        }
      }
    }
    if filledPixels > 0 {
      let filling = HoleFilling(value: 1, mostPixels: filledPixels, connectedness: connectedness)
      steps.append { map, writer in
        guard let map else { return }
        try filling.write(map, to: writer) { try run.advance($0, of: $1) }
      }
    }
    var map: Raster?
    for (index, step) in steps.enumerated() {
      let target = index == steps.count - 1 ? path : drafts[index]
      var description = RasterDescription(grid: grid, type: .byte, bands: ["class"])
      description.layout = .tiled
      let writer = try RasterWriter(path: target, description: description)
      try step(map, writer)
      try writer.finish()
      map = try Raster(path: target)
    }
    guard steps.count > 1, let map else { return 0 }
    return try differences(Raster(path: drafts[0]), map)
  }

  private func classify(
    _ probabilities: Raster, to writer: RasterWriter, in run: Run
  ) throws {
    let windows = probabilities.grid.windows(side: 512)
    for (done, window) in windows.enumerated() {
      let planes = try probabilities.read(window, bands: Array(1...classCount))
      try writer.write(window, band: 1, rule.classes(planes, count: window.pixelCount))
      try run.advance(done + 1, of: windows.count)
    }
  }

  private func differences(_ first: Raster, _ second: Raster) throws -> Int {
    try first.grid.windows(side: 512).reduce(0) { count, window in
      count
        + zip(try first.readBytes(window), try second.readBytes(window)).count { $0 != $1 }
    }
  }
}

extension Run {
  /// Runs work of GDAL's that asks whether to go on, and throws what stopped it.
  func cancelling(_ body: (@escaping (Double) -> Bool) throws -> Void) throws {
    var stop: (any Error)?
    do {
      try body { share in
        do {
          try self.advance(Int(share * 1000), of: 1000)
          return true
        } catch {
          stop = error
          return false
        }
      }
    } catch {
      throw stop ?? error
    }
  }
}
