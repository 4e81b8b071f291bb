import Engine
import Glibc
import Rasters

/// Windows that overlap by half, for networks that see the whole of what they are given.
///
/// No halo makes such windows independent of where they are cut, so their probabilities are blended
/// with the weights of a raised cosine. A scene goes in strips of columns, so that memory does not grow
/// with its width; windows across the edge of two strips are computed for both, and every pixel is
/// the sum of the same windows in the same order.
struct SceneBlending {
  /// Columns of the scene and the windows that reach into them, row after row.
  struct Strip {
    /// The columns that are written.
    let columns: Range<Int>
    /// The windows.
    let windows: [Window]
  }

  /// Strips from left to right.
  let strips: [Strip]
  /// The size of every window.
  let size: (height: Int, width: Int)

  /// Steps of half a window that a strip is wide.
  private static let stripSteps = 32

  /// Cuts a scene.
  ///
  /// - Parameters:
  ///   - side: Side of a window.
  ///   - grid: The scene.
  ///   - steps: Half windows that a strip is wide.
  init(side: Int, grid: Grid, steps: Int = SceneBlending.stripSteps) {
    let size = (height: min(side, grid.height), width: min(side, grid.width))
    self.size = size
    let rows = SceneBlending.starts(grid.height, size.height)
    let columns = SceneBlending.starts(grid.width, size.width)
    let width = steps * max(1, size.width / 2)
    strips = stride(from: 0, to: grid.width, by: width).map { first in
      let range = first..<min(grid.width, first + width)
      return Strip(
        columns: range,
        windows: rows.flatMap { y in
          columns.filter { $0 < range.upperBound && $0 + size.width > range.lowerBound }.map {
            Window(x: $0, y: y, width: size.width, height: size.height)
          }
        })
    }
  }

  /// Where windows start along an axis; the last ends with it.
  static func starts(_ length: Int, _ side: Int) -> [Int] {
    Array(stride(from: 0, to: length - side, by: max(1, side / 2))) + [length - side]
  }

  /// All windows that are computed.
  var windowCount: Int { strips.reduce(0) { $0 + $1.windows.count } }

  /// Bytes of the sums of a strip.
  func bytes(classes: Int) -> Int {
    4 * (classes + 1) * size.height * (strips.map(\.columns.count).max() ?? 0)
  }
}

/// Sums up the windows of a strip and writes each row as soon as no window reaches it any more.
final class BlendedRows {
  private let strip: SceneBlending.Strip
  private let classCount: Int
  private let size: (height: Int, width: Int)
  private let weights: (rows: [Float], columns: [Float])
  private let writer: RasterWriter
  /// The first row of the sums.
  private var top = 0
  /// (classes + 1, size.height, columns): weighted probabilities, then weights.
  private var sums: [Float]

  /// Begins a strip.
  init(
    _ strip: SceneBlending.Strip, of size: (height: Int, width: Int), classes: Int,
    to writer: RasterWriter
  ) {
    self.strip = strip
    self.size = size
    self.writer = writer
    classCount = classes
    weights = (BlendedRows.weights(size.height), BlendedRows.weights(size.width))
    sums = Array(repeating: 0, count: (classes + 1) * size.height * strip.columns.count)
  }

  /// A raised cosine over a window: greatest in the middle, nowhere 0.
  static func weights(_ length: Int) -> [Float] {
    (0..<length).map {
      Float(0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(length)))
    }
  }

  /// Adds a window, which comes after all that start in rows above it.
  func add(_ logits: WindowLogits) throws {
    let window = logits.window
    if window.y > top { try write(rows: window.y - top) }
    let planes = logits.probabilities()
    let columns =
      max(window.x, strip.columns.lowerBound)..<min(window.endX, strip.columns.upperBound)
    let (width, plane) = (strip.columns.count, size.height * strip.columns.count)
    for y in 0..<window.height {
      let to = (window.y - top + y) * width - strip.columns.lowerBound
      let from = y * window.width - window.x
      for x in columns {
        let weight = weights.rows[y] * weights.columns[x - window.x]
        guard !planes[from + x].isNaN else { continue }
        for k in 0..<classCount {
          sums[k * plane + to + x] += weight * planes[k * window.pixelCount + from + x]
        }
        sums[classCount * plane + to + x] += weight
      }
    }
  }

  /// Writes what is left.
  func finish(height: Int) throws {
    try write(rows: min(size.height, height - top))
  }

  /// Writes the first rows of the sums and makes room for as many.
  private func write(rows: Int) throws {
    let (width, plane) = (strip.columns.count, size.height * strip.columns.count)
    // rows below the sums were seen by no window: the writer leaves them not observed
    let written = min(rows, size.height)
    let window = Window(x: strip.columns.lowerBound, y: top, width: width, height: written)
    let total = classCount * plane
    var values = [Float](repeating: .nan, count: written * width)
    for k in 0..<classCount {
      for index in values.indices {
        let weight = sums[total + index]
        values[index] = weight > 0 ? sums[k * plane + index] / weight : .nan
      }
      try values.withUnsafeBufferPointer { try writer.write(window, band: k + 1, $0) }
    }
    try writer.flush()
    for k in 0...classCount {
      let kept = plane - written * width
      for index in 0..<kept { sums[k * plane + index] = sums[k * plane + index + written * width] }
      for index in kept..<plane { sums[k * plane + index] = 0 }
    }
    top += rows
  }
}
