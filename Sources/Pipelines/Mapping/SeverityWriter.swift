import Rasters

/// Writes one measure of severity: its classes and, where a path is given, its values.
struct SeverityWriter {
  let measure: SeverityMeasure
  private let thresholds: [Double]
  private let limits: [Float]
  private let map: RasterWriter
  private let values: RasterWriter?
  private var count: AreaCount

  /// Opens the files.
  init(
    _ measure: SeverityMeasure, thresholds: [Double], grid: Grid, offset: Double, map: String,
    values: String?, metadata: [String: String]
  ) throws {
    self.measure = measure
    self.thresholds = thresholds
    limits = thresholds.map { Float($0) }
    count = AreaCount(grid: grid, classes: SeverityClasses.all.count)
    var metadata = metadata
    metadata["RSPIPE_SEVERITY_OFFSET"] = "\(offset)"
    self.values = try values.map {
      try RasterWriter(
        path: $0,
        description: RasterDescription(
          grid: grid, type: .float32, bands: [measure.rawValue], metadata: metadata,
          style: StyleQML.index))
    }
    metadata["RSPIPE_SEVERITY_THRESHOLDS"] = thresholds.map { "\($0)" }.joined(separator: ", ")
    self.map = try RasterWriter(
      path: map,
      description: .classMap(
        grid: grid, band: "severity by \(measure.rawValue)", classes: SeverityClasses.all,
        metadata: metadata))
  }

  /// Writes a window of values.
  mutating func write(_ window: [Float], _ place: Window) throws {
    let classes = SeverityClasses.classes(window, thresholds: limits)
    try map.write(place, band: 1, classes)
    try values?.write(place, band: 1, window)
    count.add(classes, place)
  }

  /// Closes the files; the map goes last.
  func finish() throws {
    try values?.finish()
    try map.finish()
  }

  /// The areas of what was written.
  var area: Summary.SeverityArea {
    let classes = SeverityClasses.all
    return Summary.SeverityArea(
      measure: measure.rawValue, thresholds: thresholds,
      classes: classes.map {
        Summary.ClassArea(
          value: $0.value, code: $0.value, name: $0.name, pixels: count.pixels[$0.value],
          hectares: count.hectares($0.value))
      }, notObservedPixels: count.pixels[classes.count],
      notObservedHectares: count.hectares(classes.count))
  }
}
