import Configuration
import Rasters

/// Makes label rasters on the grid of each scene: from polygons, from rasters, or weak ones from an
/// index.
public struct LabelsStage: Stage, LabelSource {
  /// `labels`.
  public static let component = Component(
    family: "stage", name: "labels",
    summary: "Makes labels on the grid of each scene, from polygons, from a raster, or weak ones "
      + "from an index.",
    formula: """
      The label of a scene is a raster, or a vector file (GeoPackage, Shapefile, GeoJSON, …) whose
      polygons are projected to the grid and burned into it; later polygons cover earlier ones.
      Weak labels: the first class below 'low', the second from 'high' on, nothing between. They are
      a guess: agreement with them says nothing about accuracy, and reports say so.
      """,
    settings: [
      Setting("layer", .text, "Layer of vector files; by default the only one."),
      Setting(
        "attribute", .text,
        "Field whose value is the code or the name of the class; by default every polygon is of "
          + "'burn_class'."),
      Setting(
        "burn_class", .text,
        "Name or code of the class of all polygons, without 'attribute'; by default the second."),
      Setting(
        "outside", .text,
        "Class of pixels outside all polygons, by name or code, or 'ignore'; by default the first."),
      Setting(
        "all_touched", .flag, default: "false",
        "Whether a polygon takes all pixels that it touches, not only those whose centre it covers."
      ),
      Setting(
        "date_field", .text, "Field with the date of a polygon, for 'date_window_days'."),
      Setting(
        "date_window_days", .integer(0...100_000), unit: "days",
        "Polygons dated at most so many days before the last image count, others not."),
      Setting(
        "least_hectares", .number(0...1e9), default: "0", unit: "hectares",
        "Smaller polygons are left out; the area is geodesic."),
      Setting(
        "where", .text, "Which polygons are read: a condition in OGR's SQL, Type = 'Wildfire'."),
      Setting("weak", .group(WeakLabels.settings), "Labels from an index, for scenes without."),
    ])

  /// Labels.
  public static let artifact = "labels"

  /// The scenes that get labels.
  public let scenes: [Scene]
  private let header: PipelineHeader
  private let align: AlignStage
  private let polygons: PolygonLabels
  private let weak: WeakLabels?

  /// Weak labels serve scenes without a `label`.
  public static func givesLabels(_ settings: Settings) -> Bool { settings.isSet("weak") }

  /// Checks classes and thresholds, and that there is something to do.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    self.header = header
    align = try earlier.latest(AlignStage.self)
    if earlier.optional(TrainStage.self) != nil {
      throw declaration.error("the stage 'labels' belongs before 'train'")
    }
    polygons = try PolygonLabels(settings, classes: header.classes, image: align.gridImage)
    let images = earlier.optional(IndicesStage.self)?.channels
    let channels = ChannelSet(
      bands: align.bandNames, before: images?.before ?? align.rasters[0],
      after: images?.after ?? align.gridImage)
    let weak = try settings.optionalGroup("weak").map {
      try WeakLabels($0, classes: header.classes, channels: channels)
    }
    self.weak = weak
    scenes = header.scenes.filter { $0.label != nil || weak != nil }
    if scenes.isEmpty {
      throw declaration.error(
        "the stage 'labels' has nothing to do: no scene has a 'label', and 'weak' isn't set")
    }
  }

  /// The label of the scene, and the images for weak labels; colours don't matter.
  public func inputs(_ scene: Scene?) -> StageInputs {
    var inputs = StageInputs()
    inputs.keys = .except(Set(align.rasters + ["role"]))
    inputs.header = [.classes, .ignore]
    inputs.holdsPaths = false
    return inputs
  }

  /// Makes the labels of one scene.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    let aligned = try align.aligned(scene, in: run)
    let grid = try aligned.grid()
    var description = RasterDescription(grid: grid, type: .byte, bands: ["label"])
    description.layout = .tiled
    let writer = try RasterWriter(
      path: run.workPath(LabelsStage.file(scene)), description: description)
    let read = try source(of: scene, aligned, in: run)
    let windows = grid.windows(side: 512)
    var counts = [Int](repeating: 0, count: 256)
    for (done, window) in windows.enumerated() {
      let labels = try read(window)
      for label in labels { counts[Int(label)] += 1 }
      try writer.write(window, band: 1, labels)
      try run.advance(done + 1, of: windows.count)
    }
    try writer.finish()
    let found = header.classes.items.enumerated().map { "\($1.name) \(counts[$0])" }
    run.note(
      (isWeak(scene) ? "weak labels: " : "labels: ") + found.joined(separator: ", ")
        + ", none \(counts[Int(ClassList.notObserved)]) pixels")
  }

  /// What gives the labels of a window.
  private func source(
    of scene: Scene, _ aligned: AlignedScene, in run: Run
  ) throws -> (Window) throws -> [UInt8] {
    guard let label = scene.label, !isWeak(scene) else {
      guard let weak else { preconditionFailure("scene '\(scene.name)' has no labels") }
      let reader = try SceneReader(aligned, channels: weak.channel)
      return { try weak.labels($0, from: reader) }
    }
    let grid = try aligned.grid()
    guard VectorLayer.isVector(label.path) else {
      let reader = try LabelReader(label, on: grid, classes: header.classes)
      reader.tellMask(label, header.classes, in: run)
      return { try reader.read($0) }
    }
    let pixels = try polygons.pixels(label, scene: scene, aligned, on: grid) { run.note($0) }
    return { window in
      (window.y..<window.endY).flatMap { y in
        pixels[y * grid.width + window.x..<y * grid.width + window.endX]
      }
    }
  }

  /// Whether the stage gives a scene labels.
  public func hasLabels(_ scene: Scene) -> Bool { scene.label != nil || weak != nil }

  /// Whether the labels of a scene are guessed from an index.
  public func isWeak(_ scene: Scene) -> Bool {
    weak.map { scene.label == nil || $0.replaces } ?? false
  }

  /// Opens the label of a scene.
  public func checkLabels(of scene: Scene, on grid: Grid) throws {
    guard let label = scene.label, !isWeak(scene) else { return }
    guard VectorLayer.isVector(label.path) else {
      return try SceneLabels(classes: header.classes).checkLabels(of: scene, on: grid)
    }
    try polygons.check(label, on: grid)
  }

  /// The labels that the stage made.
  public func labels(_ scene: Scene, on aligned: AlignedScene, in run: Run) throws -> LabelReader {
    try LabelReader(
      positions: run.workPath(LabelsStage.file(scene)), on: aligned.grid(),
      classes: header.classes, hiding: aligned.mask)
  }

  private static func file(_ scene: Scene) -> String { "labels/\(scene.name).tif" }
}
