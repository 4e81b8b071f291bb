import Configuration
import Models
import Rasters

/// Turns probabilities into a clean map of classes: chosen threshold, no specks, no pinholes.
public struct CleanStage: Stage {
  /// `clean`.
  public static let component = Component(
    family: "stage", name: "clean",
    summary: "Turns probabilities into classes, by a threshold given or chosen on the validation "
      + "blocks, and takes away small patches and holes; 'write' publishes the result.",
    formula: """
      First, patches smaller than the minimum take the class of their largest neighbour (GDAL's
      sieve); then holes in the second class are filled. Pixels that are not observed stay so: they
      are no neighbours, and what touches them or the scene's edge is no hole. A patch that has no
      neighbour stays. In grids in degrees hectares become pixels by the area of a pixel in the
      middle of the scene.
      """,
    settings: [
      Setting(
        "threshold", .number(0...1),
        "With two classes, the least probability of the second; by default the more probable class."
      ),
      Setting(
        "select", .choice(["iou", "recall"]),
        "Chooses the threshold on the validation blocks: the best IoU of the second class, or the "
          + "highest that reaches 'least_recall'."),
      Setting(
        "least_recall", .number(0...1), default: "0.95",
        "Share of the second class that is to be found, for 'select: recall'."),
      Setting(
        "minimum_hectares", .number(0...1e9), unit: "hectares",
        "Minimum mapping unit: the least area of a patch of any class."),
      Setting(
        "minimum_pixels", .integer(1...1_000_000_000), unit: "pixels",
        "The same in pixels."),
      Setting(
        "fill_holes_hectares", .number(0...1e9), unit: "hectares",
        "Area of the largest hole in the second class that is filled."),
      Setting(
        "fill_holes_pixels", .integer(1...1_000_000_000), unit: "pixels", "The same in pixels."),
      Setting(
        "connectedness", .choice(["4", "8"]), default: "4",
        "Whether pixels of a patch share edges (4), or corners too (8); holes are joined by the "
          + "other kind."),
    ])

  /// A map.
  public static let artifact = "map"

  /// The scenes that are mapped.
  public let scenes: [Scene]
  private let predict: PredictStage
  private let header: PipelineHeader
  private let threshold: Double?
  private let criterion: ThresholdCriterion?
  private let least: PatchSize?
  private let filled: PatchSize?
  private let connectedness: Connectedness

  /// Checks that settings, classes and training go together.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    self.header = header
    predict = try earlier.latest(PredictStage.self)
    scenes = predict.scenes
    if earlier.optional(WriteStage.self) != nil {
      throw declaration.error("the stage 'clean' must come before 'write', which publishes its map")
    }
    threshold = settings.optionalNumber("threshold")
    let select = settings.optionalText("select")
    for key in ["threshold", "select"] where settings.isSet(key) && header.classes.count != 2 {
      throw settings.error(
        "'\(key)' is for two classes; there are \(header.classes.count)", at: key)
    }
    if select != nil, threshold != nil {
      throw settings.error("'threshold' is given: leave out 'select'", at: "select")
    }
    if settings.isWritten("least_recall"), select != "recall" {
      throw settings.error("'least_recall' goes with 'select: recall'", at: "least_recall")
    }
    if select != nil, predict.train == nil || header.model != nil {
      throw settings.error(
        "'select' needs the validation blocks of a training in this pipeline; give a 'threshold'",
        at: "select")
    }
    criterion = select.map { $0 == "iou" ? .iou : .recall(settings.number("least_recall")) }
    least = try PatchSize(settings, "minimum")
    filled = try PatchSize(settings, "fill_holes")
    connectedness = settings.text("connectedness") == "8" ? .eight : .four
  }

  /// Makes the map of one scene.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    let choice = try criterion.map { try ThresholdChoice(predict, header, $0).threshold(in: run) }
    let rule = (choice ?? threshold).map(ClassRule.threshold) ?? .greatest
    let probabilities = try Raster(path: predict.probabilities(scene, in: run))
    let leastPixels = try least?.least(on: probabilities)
    let filledPixels = try filled?.most(on: probabilities)
    let cleaning = MapCleaning(
      classCount: header.classes.count, rule: rule, leastPixels: leastPixels ?? 1,
      filledPixels: filledPixels ?? 0, connectedness: connectedness)
    let changed = try cleaning.write(
      probabilities, to: run.workPath(CleanStage.file(scene, ".tif")), in: run)
    let record = Summary.Cleaning(
      rule: rule.text, threshold: choice ?? threshold, choice: criterion?.text,
      leastPixels: leastPixels, filledPixels: filledPixels, connectedness: connectedness.rawValue,
      changedPixels: changed)
    try run.store(record, as: CleanStage.file(scene, ".json"))
    run.note("\(changed) pixels changed: \(record.text)")
  }

  /// The map of a scene, once the stage has run, and how it was made.
  func map(_ scene: Scene, in run: Run) throws -> (raster: Raster, record: Summary.Cleaning) {
    (
      try Raster(path: run.workPath(CleanStage.file(scene, ".tif"))),
      try run.load(Summary.Cleaning.self, from: CleanStage.file(scene, ".json"))
    )
  }

  private static func file(_ scene: Scene, _ ending: String) -> String {
    "clean/\(scene.name)\(ending)"
  }
}

extension Summary.Cleaning {
  /// What was done, in words, for metadata.
  public var text: String {
    let parts =
      (leastPixels.map { ["patches of at least \($0) pixels"] } ?? [])
      + (filledPixels.map { ["holes of up to \($0) pixels filled"] } ?? [])
    return (parts.isEmpty ? ["nothing"] : parts).joined(separator: ", ")
      + ", \(connectedness) neighbours" + (choice.map { "; threshold by \($0)" } ?? "")
  }
}

/// A size that is given in hectares or in pixels.
private struct PatchSize: Sendable {
  private let hectares: Double?
  private let pixels: Int?
  private let key: String

  /// Takes `KEY_hectares` or `KEY_pixels`; nil if neither is written.
  init?(_ settings: Settings, _ key: String) throws {
    hectares = settings.optionalNumber("\(key)_hectares")
    pixels = settings.optionalInteger("\(key)_pixels")
    self.key = key
    guard hectares != nil || pixels != nil else { return nil }
    if hectares != nil, pixels != nil {
      throw settings.error(
        "give '\(key)_hectares' or '\(key)_pixels', not both", at: "\(key)_pixels")
    }
  }

  /// The fewest pixels that are not smaller.
  func least(on raster: Raster) throws -> Int {
    // a quotient that rounding puts just above a whole number is that number
    try pixels ?? count(raster) { ($0 * (1 - 1e-9)).rounded(.up) }
  }

  /// The most pixels that are not larger.
  func most(on raster: Raster) throws -> Int {
    try pixels ?? count(raster) { ($0 * (1 + 1e-9)).rounded(.down) }
  }

  private func count(_ raster: Raster, _ rounded: (Double) -> Double) throws -> Int {
    let grid = raster.grid
    guard let hectares else { preconditionFailure("one of both is given") }
    guard let area = grid.pixelAreaSquareMetres(column: grid.width / 2, row: grid.height / 2)
    else {
      throw RunError(
        .input,
        "'\(key)_hectares': \(grid.areaProblem ?? "areas are unknown"); use '\(key)_pixels'")
    }
    return Int(min(1e9, rounded(hectares * 10_000 / area)))
  }
}
