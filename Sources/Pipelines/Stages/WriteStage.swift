import Configuration
import Rasters

/// Writes the map of each scene: classes and probabilities as cloud-optimised GeoTIFFs.
public struct WriteStage: Stage {
  /// `write`.
  public static let component = Component(
    family: "stage", name: "write",
    summary:
      "Writes classes and probabilities as cloud-optimised GeoTIFFs that a GIS opens styled, "
      + "and adds up areas and scores.",
    formula: """
      The map is one band of bytes: the position of the class in 'classes', 255 not observed, with
      palette, names, attribute table and a QGIS style. Areas are those of the grid's CRS, geodesic
      where it is in degrees.
      """,
    settings: [
      Setting(
        "threshold", .number(0...1),
        "With two classes, the least probability of the second; by default the more probable class."
      ),
      Setting(
        "probabilities", .choice(["second", "all", "none"]), default: "second",
        "Which probabilities are written: of the second class, of all classes, or none."),
      Setting(
        "baseline", .text, default: "dnbr",
        "Channel whose best threshold on the training blocks is scored beside the map; none: ''."),
    ])

  /// A map.
  public static let artifact = "map"

  /// The scenes that are mapped.
  public let scenes: [Scene]
  let predict: PredictStage
  private let clean: CleanStage?
  private let header: PipelineHeader
  private let rule: ClassRule
  private let bands: Range<Int>
  private let baseline: ChannelSet?
  private let labels: any LabelSource

  /// Checks that threshold and classes go together.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    self.header = header
    predict = try earlier.latest(PredictStage.self)
    clean = earlier.optional(CleanStage.self)
    scenes = predict.scenes
    labels = earlier.labels(header.classes)
    let threshold = settings.optionalNumber("threshold")
    if threshold != nil, header.classes.count != 2 {
      throw settings.error(
        "'threshold' is for two classes; there are \(header.classes.count)", at: "threshold")
    }
    if threshold != nil, clean != nil {
      throw settings.error(
        "the stage 'clean' makes the classes: set its 'threshold' instead", at: "threshold")
    }
    rule = threshold.map(ClassRule.threshold) ?? .greatest
    switch settings.text("probabilities") {
    case "none": bands = 0..<0
    case "second" where header.classes.count == 2: bands = 1..<2
    default: bands = 0..<header.classes.count
    }
    let name = settings.text("baseline")
    guard !name.isEmpty, header.classes.count == 2 else {
      baseline = nil
      return
    }
    let align = predict.align
    let channels = ChannelSet(
      bands: align.bandNames, before: align.rasters[0], after: align.gridImage)
    do {
      baseline = try channels.selecting([name])
    } catch let error as ChannelError {
      if settings.isWritten("baseline") { throw settings.error("\(error)", at: "baseline") }
      baseline = nil
    }
  }

  /// The map, and the probabilities where they are written.
  public func outputs(_ scene: Scene?) -> [String] {
    guard let scene else { return [] }
    let map = WriteStage.mapFile(scene)
    return bands.isEmpty ? [map] : [map, WriteStage.probabilityFile(scene)]
  }

  /// The probabilities, and the labels that they are compared with.
  public func inputs(_ scene: Scene?) -> StageInputs {
    var inputs = StageInputs()
    inputs.earlier = .except([IndicesStage.component.name])
    inputs.keys = .except(Set(predict.align.rasters))
    inputs.holdsPaths = false
    return inputs
  }

  /// Writes one scene.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    let aligned = try predict.align.aligned(scene, in: run)
    let raster = try Raster(path: predict.probabilities(scene, in: run))
    let cleaned = try clean?.map(scene, in: run)
    let writer = MapWriter(
      classes: header.classes, rule: rule, bands: bands, cleaned: cleaned?.raster)
    let model = try predict.model(in: run)
    var metadata = run.metadata(dates: aligned.dates)
    metadata["RSPIPE_MODEL"] = Digest.of(try model.encoded())
    metadata["RSPIPE_CLASS_RULE"] = cleaned?.record.rule ?? rule.text
    if let cleaned { metadata["RSPIPE_CLEANING"] = cleaned.record.text }
    let area = try writer.write(
      raster, map: run.outputPath(WriteStage.mapFile(scene)),
      probabilities: bands.isEmpty ? nil : run.outputPath(WriteStage.probabilityFile(scene)),
      metadata: metadata
    ) { done, total in try run.advance(done, of: total) }
    for name in outputs(scene) { try run.recordOutput(name) }
    run.summary.update(scene.name) { result in
      result.dates = aligned.dates
      result.cleaning = cleaned?.record
      result.classes = header.classes.items.enumerated().map { value, item in
        Summary.ClassArea(
          value: value, code: item.code, name: item.name, pixels: area.pixels[value],
          hectares: area.hectares(value))
      }
      result.notObservedPixels = area.pixels[header.classes.count]
      result.notObservedHectares = area.hectares(header.classes.count)
    }
    try score(scene, aligned, in: run)
  }

  /// Compares the map with labels: on test blocks where the scene trained, else on all of them.
  private func score(_ scene: Scene, _ aligned: AlignedScene, in run: Run) throws {
    guard labels.hasLabels(scene) else { return }
    let assessment = try Assessment(
      scene: scene, labels: labels, aligned: aligned, classes: header.classes, baseline: baseline,
      train: header.model == nil ? predict.train : nil, in: run)
    let scores = try assessment.scores(of: run.outputPath(WriteStage.mapFile(scene)))
    // without test or validation blocks there is nothing to compare
    guard scores.count > 0 else { return }
    let plain = try assessment.baselineScores()
    run.summary.update(scene.name) {
      $0.scores = scores
      $0.baseline = plain
    }
  }

  static func mapFile(_ scene: Scene) -> String { "\(scene.name)_classes.tif" }

  static func probabilityFile(_ scene: Scene) -> String {
    "\(scene.name)_probability.tif"
  }
}
