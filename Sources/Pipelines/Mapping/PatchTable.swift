import Rasters

/// A patch of connected pixels of one class.
struct Patch: Equatable, Sendable {
  /// The class.
  var value: Int
  /// Its first pixel in reading order: row · width + column.
  var firstPixel: Int
  /// Its pixels.
  var pixels = 0
  /// Its area, in the reference system of the grid, geodesic where that is in degrees; 0 where
  /// pixels have no known area.
  var squareMetres = 0.0
  /// The sum of the probabilities of its class.
  var probabilitySum = 0.0
  /// The greatest of them.
  var greatestProbability: Float = 0

  fileprivate mutating func add(_ other: Patch) {
    pixels += other.pixels
    squareMetres += other.squareMetres
    probabilitySum += other.probabilitySum
    greatestProbability = max(greatestProbability, other.greatestProbability)
  }
}

/// Finds the patches of chosen classes of a map, line by line.
struct PatchTable {
  /// The classes.
  let values: Set<Int>
  /// Which pixels make a patch.
  let connectedness: Connectedness

  /// Adds up all patches, and writes the map of the chosen classes alone.
  ///
  /// - Parameters:
  ///   - map: Classes, nodata where not observed.
  ///   - probabilities: A band for each class.
  ///   - writer: Takes bytes: the classes chosen, nodata elsewhere.
  ///   - progress: Told how many rows of how many are done.
  /// - Returns: The patches by their first pixel.
  func patches(
    of map: Raster, probabilities: Raster, to writer: RasterWriter,
    progress: (Int, Int) throws -> Void
  ) throws -> [Int: Patch] {
    let grid = map.grid
    let bands = values.sorted()
    var labeller = PatchLabeller(width: grid.width, connectedness: connectedness)
    var forest = PatchForest()
    var patches: [Patch] = []
    for strip in grid.strips {
      let classes = try map.readBytes(strip).map {
        values.contains(Int($0)) ? $0 : ClassList.notObserved
      }
      try writer.write(strip, band: 1, classes)
      let planes = try probabilities.read(strip, bands: bands.map { $0 + 1 })
      var planeStarts = [Int](repeating: 0, count: 256)
      for (position, value) in bands.enumerated() {
        planeStarts[value] = position * strip.pixelCount
      }
      let keys = classes.map { $0 == ClassList.notObserved ? -1 : Int16($0) }
      for y in 0..<strip.height {
        let start = y * strip.width
        let area = grid.pixelAreaSquareMetres(row: strip.y + y) ?? 0
        forest.grow(to: labeller.count + strip.width)
        labeller.advance(keys[start..<start + strip.width]) { forest.join($0, $1) }
        for x in 0..<strip.width where labeller.labels[x] >= 0 {
          let label = Int(labeller.labels[x])
          let value = Int(classes[start + x])
          if label == patches.count {
            patches.append(Patch(value: value, firstPixel: (strip.y + y) * grid.width + x))
          }
          let probability = planes[planeStarts[value] + start + x]
          patches[label].pixels += 1
          patches[label].squareMetres += area
          guard !probability.isNaN else { continue }
          patches[label].probabilitySum += Double(probability)
          if probability > patches[label].greatestProbability {
            patches[label].greatestProbability = probability
          }
        }
      }
      try progress(strip.endY, grid.height)
    }
    let roots = forest.roots()
    for label in patches.indices where Int(roots[label]) != label {
      patches[Int(roots[label])].add(patches[label])
    }
    return Dictionary(
      uniqueKeysWithValues: patches.indices.lazy.filter { Int(roots[$0]) == $0 }
        .map { (patches[$0].firstPixel, patches[$0]) })
  }
}
