import Rasters

/// Pixels and area of each class of a map, row by row, since pixels of a degree grid shrink
/// towards the poles.
struct AreaCount {
  private let grid: Grid
  private(set) var pixels: [Int]
  private(set) var squareMetres: [Double]
  /// The area of the pixels of each row; empty where it is not known.
  private let rowAreas: [Double]

  /// Counts the classes 0 ..< `classes`, and not observed as one more.
  init(grid: Grid, classes: Int) {
    self.grid = grid
    pixels = Array(repeating: 0, count: classes + 1)
    squareMetres = Array(repeating: 0, count: classes + 1)
    let areas = (0..<grid.height).map { grid.pixelAreaSquareMetres(row: $0) }
    rowAreas = areas.contains { $0 == nil } ? [] : areas.compactMap { $0 }
  }

  /// Adds a window of the map.
  mutating func add(_ classes: [UInt8], _ window: Window) {
    for row in 0..<window.height {
      var counts = [Int](repeating: 0, count: pixels.count)
      for value in classes[row * window.width..<(row + 1) * window.width] {
        counts[value == ClassList.notObserved ? counts.count - 1 : Int(value)] += 1
      }
      for k in counts.indices {
        pixels[k] += counts[k]
        if !rowAreas.isEmpty { squareMetres[k] += Double(counts[k]) * rowAreas[window.y + row] }
      }
    }
  }

  /// Hectares of a class; of not observed for the number of classes.
  ///
  /// nil without a known area.
  func hectares(_ k: Int) -> Double? { rowAreas.isEmpty ? nil : squareMetres[k] / 10_000 }
}
