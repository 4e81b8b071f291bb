import Engine
import Rasters

/// A scene to measure with: squares of random brightness with noise, which compress about as
/// well as a satellite image.
struct SyntheticScene {
  /// Rows and columns.
  let side: Int

  /// The mean of every band, in its own numbers.
  static let mean = 3000.0
  /// The standard deviation of every band.
  static let deviation = 900.0
  /// The names of the bands.
  static let bandNames = (1...BenchmarkCase.bands).map { "b\($0)" }

  /// Side of a square of one brightness.
  private static let square = 64
  /// Noise is the same in every window, so that a large scene is made quickly.
  private static let window = 512

  /// Writes it: unsigned 16-bit numbers, tiles of 512 pixels, DEFLATE, no overviews.
  func write(to path: String) throws {
    let grid = try Grid(
      width: side, height: side, geotransform: [500_000, 10, 0, 5_400_000, 0, -10],
      crs: "EPSG:32633")
    var description = RasterDescription(
      grid: grid, type: .uint16, bands: SyntheticScene.bandNames)
    description.hasOverviews = false
    description.level = 1
    let writer = try RasterWriter(path: path, description: description)
    var generator = SeededGenerator(seed: 4)
    let count = SyntheticScene.window * SyntheticScene.window
    let noise = (0..<count).map { _ in UInt16(generator.index(below: 128)) }
    for window in grid.windows(side: SyntheticScene.window) {
      for band in 1...BenchmarkCase.bands {
        try writer.write(window, band: band, pixels(window, band, noise, &generator))
      }
    }
    try writer.finish()
  }

  private func pixels(
    _ window: Window, _ band: Int, _ noise: [UInt16], _ generator: inout SeededGenerator
  ) -> [UInt16] {
    let perRow = SyntheticScene.window / SyntheticScene.square
    let levels = (0..<perRow * perRow).map { _ in
      let level = SyntheticScene.mean + SyntheticScene.deviation * generator.normal()
      return UInt16(min(max(level, 1), 10_000))
    }
    var pixels = [UInt16](repeating: 0, count: window.pixelCount)
    // the same in two bands of a pixel would compress too well
    let shift = band * 7919
    for row in 0..<window.height {
      let firstLevel = row / SyntheticScene.square * perRow
      for column in 0..<window.width {
        pixels[row * window.width + column] =
          levels[firstLevel + column / SyntheticScene.square]
          + noise[(row * SyntheticScene.window + column + shift) % noise.count]
      }
    }
    return pixels
  }
}
