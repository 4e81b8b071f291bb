import Configuration

/// A step of a pipeline: a function from artifacts to artifacts.
///
/// Its settings and everything it can know without pixels are checked when it is made; `run` does
/// the work. Adding one is one file here, one line in `StageRegistry.all` and one test.
public protocol Stage: Sendable {
  /// Name, summary and settings, for pipeline files and `rspipe describe`.
  static var component: Component { get }
  /// The kind of artifact that it gives; later stages refer to it.
  static var artifact: String { get }
  /// The images that every scene must have because of this stage.
  ///
  /// - Throws: `ConfigurationError` at a name that an image cannot have.
  static func requiredRasters(_ settings: Settings) throws -> [String]

  /// Whether scenes may train and validate without a `label`, since the stage gives them labels.
  static func givesLabels(_ settings: Settings) -> Bool

  /// Checks the settings against the pipeline; reads no pixel.
  ///
  /// - Throws: `ConfigurationError` at the place of the mistake.
  init(_ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages)
    throws

  /// The scenes it works on, one after the other; empty: it works once, on the pipeline.
  var scenes: [Scene] { get }

  /// The names of the files that it writes to the results for a scene, or for the pipeline.
  func outputs(_ scene: Scene?) -> [String]

  /// What its work for a scene, or for the pipeline, depends on beside its settings.
  func inputs(_ scene: Scene?) -> StageInputs

  /// Does the work for one scene, or for the pipeline where `scene` is nil.
  func run(_ scene: Scene?, in run: Run) throws
}

extension Stage {
  /// Most stages need no images of their own.
  public static func requiredRasters(_ settings: Settings) -> [String] { [] }
  /// Most stages give no labels.
  public static func givesLabels(_ settings: Settings) -> Bool { false }
  /// Most stages write artifacts only.
  public func outputs(_ scene: Scene?) -> [String] { [] }
  /// Most stages may depend on anything.
  public func inputs(_ scene: Scene?) -> StageInputs { StageInputs() }
}

/// The stages that a pipeline file can name.
public enum StageRegistry {
  /// All stages, in the order in which a pipeline usually has them.
  public static let all: [any Stage.Type] = [
    AlignStage.self,
    MaskStage.self,
    LabelsStage.self,
    IndicesStage.self,
    SeverityStage.self,
    TrainStage.self,
    PredictStage.self,
    CleanStage.self,
    ExpectedStage.self,
    WriteStage.self,
    PolygonsStage.self,
    ReportStage.self,
  ]
}
