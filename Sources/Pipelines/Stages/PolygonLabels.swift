import Configuration
import Rasters

/// How polygons become labels: what the stage `labels` was told of them.
struct PolygonLabels: Sendable {
  private let classes: ClassList
  private let layer: String?
  private let filter: String?
  private let burned: UInt8
  private let outside: UInt8
  private let window: Int?
  /// The image whose date counts.
  private let image: String
  private var selection = PolygonSelection()

  init(_ settings: Settings, classes: ClassList, image: String) throws {
    self.classes = classes
    self.image = image
    layer = settings.optionalText("layer")
    filter = settings.optionalText("where")
    burned = try classes.position(settings, "burn_class") ?? 1
    outside =
      settings.optionalText("outside") == "ignore"
      ? ClassList.notObserved : try classes.position(settings, "outside") ?? 0
    window = settings.optionalInteger("date_window_days")
    selection.codeField = settings.optionalText("attribute")
    selection.dateField = settings.optionalText("date_field")
    selection.leastHectares = settings.number("least_hectares")
    selection.touchesAll = settings.flag("all_touched")
    if selection.codeField != nil, settings.isWritten("burn_class") {
      throw settings.error(
        "'burn_class' is for polygons without 'attribute'; remove one of the two",
        at: "burn_class")
    }
    for (key, other) in [
      ("date_field", "date_window_days"), ("date_window_days", "date_field"),
    ] where settings.isSet(key) && !settings.isSet(other) {
      throw settings.error("'\(key)' needs '\(other)' beside it", at: key)
    }
  }

  /// Checks that a vector file has the layer and the fields asked for.
  func check(_ label: SceneRaster, on grid: Grid) throws {
    let vector = try VectorLayer(path: label.path, layer: layer, where: filter)
    try vector.check(selection, on: grid)
  }

  /// The labels of a scene, row after row.
  ///
  /// - Parameter note: Told what became of the polygons.
  func pixels(
    _ label: SceneRaster, scene: Scene, _ aligned: AlignedScene, on grid: Grid,
    note: (String) -> Void
  ) throws -> [UInt8] {
    var selection = selection
    if let window {
      guard let date = aligned.dates[image], let day = Day.number(date) else {
        throw RunError(
          .input,
          "scene '\(scene.name)': 'date_window_days' needs the date of the image '\(image)', which "
            + "its file doesn't say; give it as '\(image): {path: …, date: YYYY-MM-DD}'")
      }
      selection.days = (day - window)...day
    }
    let vector = try VectorLayer(path: label.path, layer: layer, where: filter)
    let (pixels, counts) = try vector.rasterise(
      on: grid, background: outside, selection: selection
    ) { code in
      guard let code else { return burned }
      if Int(code) == classes.ignore { return ClassList.notObserved }
      guard let position = classes.position(of: code) else {
        throw classes.unknown(code, in: label.path)
      }
      return position
    }
    note("\(label.path): \(counts.text)")
    return pixels
  }
}

extension PolygonCounts {
  /// What became of the features, in words: `3 of 9 polygons burned in; left out: 2 small, …`.
  var text: String {
    let reasons = [
      (outside, "outside the scene"), (empty, "empty"), (otherGeometries, "not polygons"),
      (invalid, "invalid"), (undated, "without date"), (otherDates, "of other dates"),
      (small, "too small"), (withoutCode, "without class"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "\(burned) of \(features) features burned in"
      + (reasons.isEmpty ? "" : "; left out: \(reasons.joined(separator: ", "))")
      + (mended > 0 ? "; \(mended) invalid ones mended" : "")
  }
}
