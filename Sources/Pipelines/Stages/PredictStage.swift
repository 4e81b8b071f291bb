import Configuration
import Engine
import Models
import Rasters

/// Maps scenes with a network: a probability of each class for each pixel.
public struct PredictStage: Stage {
  /// `predict`.
  public static let component = Component(
    family: "stage", name: "predict",
    summary: "Computes the probability of each class for each pixel of the scenes to be mapped.",
    formula: """
      By windows that are read with a halo at least as wide as the network's receptive field and
      cropped, so that the result equals one pass over the whole scene. Pixels that are not
      observed get no probability.
      """,
    settings: [
      Setting(
        "tile", .integer(16...16_384), unit: "pixels",
        "Side of a window, rounded up to a multiple of the network's total stride; by default "
          + "four halos, and at least 384."),
      Setting(
        "halo", .integer(0...8192), unit: "pixels",
        "Pixels read around each window; by default what the receptive field needs. Less than that "
          + "leaves seams."),
      KernelSetting.exact,
    ])

  /// Probabilities.
  public static let artifact = "probabilities"

  /// The scenes that are mapped.
  public let scenes: [Scene]
  let align: AlignStage
  let train: TrainStage?
  private let header: PipelineHeader
  private let tile: Int?
  let halo: Int?
  let kernels: KernelChoice

  /// Checks the windows, and the model where the pipeline names one.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    self.header = header
    align = try earlier.latest(AlignStage.self)
    train = earlier.optional(TrainStage.self)
    scenes = header.scenes(.map)
    tile = settings.optionalInteger("tile")
    halo = settings.optionalInteger("halo")
    kernels = KernelSetting.read(settings)
    if let halo, let tile, halo >= tile {
      throw settings.error(
        "'halo' takes less than the 'tile' of \(tile) pixels, found \(halo)", at: "halo")
    }
    guard train != nil || header.model != nil else {
      throw declaration.error("the stage 'predict' needs a stage 'train' before it, or a 'model'")
    }
    if scenes.isEmpty {
      throw declaration.error("the stage 'predict' needs a scene with 'role: map'")
    }
    if let path = header.model { try checkModel(TrainedModel(path: path), path) }
  }

  private func checkModel(_ model: TrainedModel, _ path: String) throws {
    let names = model.card.classes.map(\.name)
    guard names == header.classes.items.map(\.name) else {
      throw ConfigurationError(
        "the model \(path) maps the classes \(names.joined(separator: ", ")); "
          + "'classes' must list the same", place: header.file)
    }
    do {
      _ = try channels(of: model)
    } catch let error as ChannelError {
      throw ConfigurationError("the model \(path) needs: \(error)", place: header.file)
    }
  }

  /// The channels that a model reads, from the bands of the pipeline.
  func channels(of model: TrainedModel) throws -> ChannelSet {
    try ChannelSet(
      bands: align.bandNames, before: model.card.images.first ?? align.rasters[0],
      after: model.card.images.last ?? align.gridImage
    ).selecting(model.card.channels.map(\.name))
  }

  /// The aligned images and the model; labels and classes don't matter.
  public func inputs(_ scene: Scene?) -> StageInputs {
    var inputs = StageInputs()
    inputs.earlier = .except([IndicesStage.component.name, LabelsStage.component.name])
    inputs.keys = .none
    inputs.header = .model
    inputs.holdsPaths = false
    return inputs
  }

  /// Maps one scene.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    let model = try self.model(in: run)
    let predictor = WindowPredictor(model, pool: run.pool, halo: halo, kernels: kernels)
    let aligned = try align.aligned(scene, in: run)
    let reader = try SceneReader(aligned, channels: channels(of: model))
    var description = RasterDescription(
      grid: reader.grid, type: .float32, bands: model.card.classes.map(\.name))
    description.layout = .tiled
    let writer = try RasterWriter(
      path: run.workPath(PredictStage.file(scene)), description: description)
    try predictor.map(reader, tile: tile, to: writer, memory: run.memory) { done, total in
      try run.advance(done, of: total)
    }
    try writer.finish()
  }

  /// The model that is used.
  func model(in run: Run) throws -> TrainedModel {
    if let train { return try train.model(in: run) }
    guard let path = header.model else { preconditionFailure("checked when the stage was made") }
    return try TrainedModel(path: path)
  }

  /// The raster of probabilities of a scene, one band for each class.
  func probabilities(_ scene: Scene, in run: Run) throws -> String {
    try run.workPath(PredictStage.file(scene))
  }

  private static func file(_ scene: Scene) -> String { "predict/\(scene.name).tif" }
}
