import Configuration
import Rasters

/// The classes of severity as weak labels of a network of ordered classes.
extension SeverityStage: LabelSource {
  /// Weak labels serve scenes without a `label`.
  public static func givesLabels(_ settings: Settings) -> Bool { settings.isSet("labels") }

  /// How values become classes.
  struct Labelled: Sendable {
    /// What is cut into classes.
    let measure: SeverityMeasure
    /// Where the second and each further class begins.
    let thresholds: [Float]

    /// The settings, checked against the classes and the other stages; nil without `labels`.
    init?(
      _ declaration: StageDeclaration, _ header: PipelineHeader,
      _ usual: [SeverityMeasure: [Double]], after earlier: EarlierStages
    ) throws {
      let settings = declaration.settings
      let given = settings.optionalNumbers("label_thresholds")
      guard let measure = settings.optionalText("labels").flatMap(SeverityMeasure.init) else {
        guard given == nil else {
          throw settings.error("'label_thresholds' is for 'labels'", at: "label_thresholds")
        }
        return nil
      }
      let thresholds = given ?? usual[measure] ?? []
      guard zip(thresholds, thresholds.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw settings.error(
          "'label_thresholds' takes thresholds that rise", at: "label_thresholds")
      }
      guard header.classes.count == thresholds.count + 1 else {
        throw settings.error(
          "\(thresholds.count) thresholds make \(thresholds.count + 1) classes, 'classes' lists "
            + "\(header.classes.count)", at: given == nil ? "labels" : "label_thresholds")
      }
      guard earlier.optional(TrainStage.self) == nil else {
        throw settings.error(
          "with 'labels' the stage 'severity' belongs before 'train'", at: "labels")
      }
      guard earlier.optional(LabelsStage.self) == nil else {
        throw settings.error(
          "the stage 'labels' gives labels already; leave out that stage, or 'labels' here",
          at: "labels")
      }
      self.measure = measure
      self.thresholds = thresholds.map { Float($0) }
    }
  }

  /// Only where the setting `labels` says so.
  public var isLabelling: Bool { labelled != nil }

  /// Whether a scene has labels.
  public func hasLabels(_ scene: Scene) -> Bool { scene.label != nil || isLabelling }

  /// Labels of scenes without one are guessed.
  public func isWeak(_ scene: Scene) -> Bool { scene.label == nil && isLabelling }

  /// Opens the label of a scene that has one.
  public func checkLabels(of scene: Scene, on grid: Grid) throws {
    try SceneLabels(classes: header.classes).checkLabels(of: scene, on: grid)
  }

  /// The classes of severity, or the label that the scene has.
  public func labels(_ scene: Scene, on aligned: AlignedScene, in run: Run) throws -> LabelReader {
    guard isWeak(scene) else {
      return try SceneLabels(classes: header.classes).labels(scene, on: aligned, in: run)
    }
    return try LabelReader(
      positions: run.workPath(SeverityStage.labelFile(scene)), on: aligned.grid(),
      classes: header.classes, hiding: aligned.mask)
  }

  /// Writes the classes of a scene without labels to the work folder: their positions, nodata where
  /// not observed.
  func writeLabels(
    _ scene: Scene, _ aligned: AlignedScene, offset: SeverityOffset, in run: Run
  ) throws {
    guard let labelled, isWeak(scene) else { return }
    let reader = try SeverityReader(aligned, channels: channels, offset: offset.value)
    var description = RasterDescription(grid: reader.grid, type: .byte, bands: ["label"])
    description.layout = .tiled
    let writer = try RasterWriter(
      path: run.workPath(SeverityStage.labelFile(scene)), description: description)
    for window in reader.grid.windows(side: 512) {
      let values = try reader.read(window)[labelled.measure] ?? []
      try writer.write(
        window, band: 1, SeverityClasses.classes(values, thresholds: labelled.thresholds))
    }
    try writer.finish()
  }

  private static func labelFile(_ scene: Scene) -> String { "severity/\(scene.name)_label.tif" }
}
