import Rasters

/// Gives small holes in a class to that class.
///
/// A hole is a patch of observed pixels of other classes that the class encloses: it touches neither
/// the scene's edge nor a pixel that is not observed, behind which it might go on.
struct HoleFilling {
  /// The class.
  let value: UInt8
  /// The size of the largest hole that is filled.
  let mostPixels: Int
  /// Which pixels make a patch of the class; holes are joined by the other kind.
  let connectedness: Connectedness

  private static let filled: Int16 = -1
  private static let notObserved: Int16 = -2

  /// Writes a map with its holes filled; it is read twice, line by line.
  ///
  /// - Parameter progress: Told how many rows of how many are done.
  func write(
    _ map: Raster, to writer: RasterWriter, progress: (Int, Int) throws -> Void
  ) throws {
    let holes = try findHoles(map) { try progress($0, 2 * $1) }
    var labeller = PatchLabeller(
      width: map.grid.width, connectedness: connectedness.complement)
    for strip in map.grid.strips {
      var values = try map.readBytes(strip)
      for y in 0..<strip.height {
        let row = y * strip.width..<(y + 1) * strip.width
        labeller.advance(keys(values[row])[...]) { _, _ in }
        for x in 0..<strip.width where labeller.labels[x] >= 0 && holes[Int(labeller.labels[x])] {
          values[row.lowerBound + x] = value
        }
      }
      try writer.write(strip, band: 1, values)
      try progress(map.grid.height + strip.endY, 2 * map.grid.height)
    }
  }

  private func keys(_ values: ArraySlice<UInt8>) -> [Int16] {
    values.map {
      $0 == value
        ? HoleFilling.filled : $0 == ClassList.notObserved ? HoleFilling.notObserved : 0
    }
  }

  /// Whether each number of the labeller is part of a hole to be filled.
  private func findHoles(
    _ map: Raster, progress: (Int, Int) throws -> Void
  ) throws -> [Bool] {
    var labeller = PatchLabeller(
      width: map.grid.width, connectedness: connectedness.complement)
    var forest = PatchForest()
    var sizes: [Int] = []
    var open: [Bool] = []
    for strip in map.grid.strips {
      let values = try map.readBytes(strip)
      for y in 0..<strip.height {
        let keys = keys(values[y * strip.width..<(y + 1) * strip.width])
        // a row may join numbers that it has just given
        forest.grow(to: labeller.count + strip.width)
        labeller.advance(keys[...]) { forest.join($0, $1) }
        while sizes.count < labeller.count {
          sizes.append(0)
          open.append(false)
        }
        let isEdge = strip.y + y == 0 || strip.y + y == map.grid.height - 1
        mark(labeller, isEdge: isEdge, &sizes, &open)
      }
      try progress(strip.endY, map.grid.height)
    }
    let roots = forest.roots()
    for label in sizes.indices.reversed() where Int(roots[label]) != label {
      sizes[Int(roots[label])] += sizes[label]
      if open[label] { open[Int(roots[label])] = true }
    }
    return sizes.indices.map {
      let root = Int(roots[$0])
      return !open[root] && sizes[root] <= mostPixels
    }
  }

  /// Counts the pixels of a row and marks the patches that are no holes.
  private func mark(
    _ labeller: PatchLabeller, isEdge: Bool, _ sizes: inout [Int], _ open: inout [Bool]
  ) {
    let (keys, labels) = (labeller.keys, labeller.labels)
    let seesCorners = labeller.connectedness == .eight
    func meet(_ x: Int, _ key: Int16, _ label: Int32) {
      if labels[x] >= 0, key == HoleFilling.notObserved { open[Int(labels[x])] = true }
      if label >= 0, keys[x] == HoleFilling.notObserved { open[Int(label)] = true }
    }
    for x in keys.indices {
      if labels[x] >= 0 {
        sizes[Int(labels[x])] += 1
        if isEdge || x == 0 || x == keys.count - 1 { open[Int(labels[x])] = true }
      }
      if x > 0 { meet(x, keys[x - 1], labels[x - 1]) }
      for above in max(0, x - 1)...min(keys.count - 1, x + 1) where above == x || seesCorners {
        meet(x, labeller.keysAbove[above], labeller.labelsAbove[above])
      }
    }
  }
}

extension Grid {
  /// Strips of whole rows, as high as blocks of rasters are.
  var strips: [Window] {
    stride(from: 0, to: height, by: 512).map {
      Window(x: 0, y: $0, width: width, height: min(512, height - $0))
    }
  }
}

extension Raster {
  /// The classes of a window of a map of bytes, 255 where not observed.
  func readBytes(_ window: Window) throws -> [UInt8] {
    try read(window, bands: [1]).map { $0.isNaN ? ClassList.notObserved : UInt8($0) }
  }
}
