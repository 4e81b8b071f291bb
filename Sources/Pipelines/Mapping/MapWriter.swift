import Rasters

/// Turns a raster of probabilities into the files that users open.
struct MapWriter {
  let classes: ClassList
  let rule: ClassRule
  /// The classes whose probabilities are written.
  let bands: Range<Int>
  /// The map where it was made before; nil: the rule makes it.
  var cleaned: Raster?

  /// Side of the windows that are read and written.
  private static let side = 512

  /// Writes the map and, where a path is given, the probabilities.
  ///
  /// - Parameters:
  ///   - raster: One band of probabilities for each class, NaN where not observed.
  ///   - map: The path of the map.
  ///   - probabilities: The path of the probabilities.
  ///   - metadata: Items for both.
  ///   - progress: Told how many windows of how many are done.
  /// - Returns: Pixels and area of each class.
  func write(
    _ raster: Raster, map: String, probabilities: String?, metadata: [String: String],
    progress: (Int, Int) throws -> Void
  ) throws -> AreaCount {
    let mapWriter = try RasterWriter(
      path: map,
      description: .classMap(
        grid: raster.grid, band: "class", classes: classes.rasterClasses, metadata: metadata))
    let probabilityWriter = try probabilities.map {
      try RasterWriter(path: $0, description: probabilityDescription(raster.grid, metadata))
    }
    var area = AreaCount(grid: raster.grid, classes: classes.count)
    let windows = raster.grid.windows(side: MapWriter.side)
    for (done, window) in windows.enumerated() {
      let planes = try raster.read(window, bands: Array(1...classes.count))
      let values =
        try cleaned?.readBytes(window) ?? rule.classes(planes, count: window.pixelCount)
      try mapWriter.write(window, band: 1, values)
      area.add(values, window)
      for (position, k) in bands.enumerated() {
        let plane = planes[k * window.pixelCount..<(k + 1) * window.pixelCount]
        try probabilityWriter?.write(window, band: position + 1, Array(plane))
      }
      try progress(done + 1, windows.count)
    }
    // the map goes last: where it is, everything is
    try probabilityWriter?.finish()
    try mapWriter.finish()
    return area
  }

  private func probabilityDescription(
    _ grid: Grid, _ metadata: [String: String]
  ) -> RasterDescription {
    RasterDescription(
      grid: grid, type: .float32, bands: bands.map { "probability of \(classes.items[$0].name)" },
      metadata: metadata, style: StyleQML.probability())
  }
}

extension ClassRule {
  /// The rule in words, for metadata.
  var text: String {
    switch self {
    case .greatest: "most probable class"
    case .threshold(let threshold): "probability of the second class at least \(threshold)"
    }
  }
}
