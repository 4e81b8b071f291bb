import Configuration
import Engine
import Models
import Training

/// Trains a network on the labelled scenes and keeps the best weights.
public struct TrainStage: Stage {
  /// `train`.
  public static let component = Component(
    family: "stage", name: "train",
    summary: "Trains a network on the labels of the scenes that train; skipped where the pipeline "
      + "names a 'model'.",
    formula: """
      Labels are split in blocks for training, validation and test, with a buffer between them.
      Windows are drawn around pixels of classes drawn at random. The weights with the best mean
      IoU on the validation blocks are kept.
      """,
    settings: [
      Setting("model", .component(family: "model"), default: "unet", "The architecture."),
      Setting(
        "loss", .list(.component(family: "loss"), count: 1...20),
        default: "[{name: ce, weight: 0.5}, {name: dice, weight: 0.5}]",
        "A loss, or a weighted sum of losses."),
      Setting(
        "optimiser", .component(family: "optimiser"), default: "adamw", "How weights are moved."),
      Setting(
        "schedule", .component(family: "schedule"), default: "{name: cosine, warmup: 50}",
        "How the learning rate changes."),
    ] + TrainingSettings.all + [
      Setting("window", .integer(16...4096), default: "128", unit: "pixels", "Side of a window."),
      Setting(
        "balance", .number(0...1), default: "0.7",
        "0 draws classes as often as they are, 1 all alike."),
      Setting("flips", .flag, default: "true", "Whether windows are mirrored."),
      Setting("rotations", .flag, default: "true", "Whether windows are turned by right angles."),
      Setting(
        "jitter", .number(0...1), default: "0.1",
        "Deviation of random gains of each band, and of shifts in deviations of the band; mostly the "
          + "same on all dates."),
      Setting(
        "weakening", .number(0...0.95), default: "0",
        "The most of the change between the dates that is taken away at random, so that weaker "
          + "changes than those labelled are found too."),
      Setting("block", .integer(16...65_536), default: "128", unit: "pixels", "Side of a block."),
      Setting(
        "buffer", .integer(0...4096), default: "8", unit: "pixels",
        "Labels this near to a block of another use do not train."),
      Setting(
        "validation", .number(0...0.9), default: "0.2", "Share of blocks that validate."),
      Setting(
        "test", .number(0...0.9), default: "0.2",
        "Share of blocks that are scored in the end and used for nothing else."),
      Setting("seed", .integer(0...Int.max), default: "1", "Decides everything random."),
      KernelSetting.exact,
      Setting(
        "card", .group(TrainStage.cardSettings),
        "What those who get the model must know; written into the model file."),
    ])

  /// The keys of `card`.
  static let cardSettings = [
    Setting("provenance", .text, "What the model was trained on, and where that comes from."),
    Setting("limits", .text, "What it must not be used for, and where it fails."),
    Setting("licence", .text, "Under which terms it may be used."),
  ]

  /// A model.
  public static let artifact = "model"

  /// The model's file in the results.
  public static let modelFile = "model.safetensors"

  let settings: Settings
  let header: PipelineHeader
  let align: AlignStage
  let channels: ChannelSet
  let model: any Model
  let graph: Graph
  let labels: any LabelSource

  /// Works once for all scenes.
  public let scenes: [Scene] = []

  /// Checks that there is something to learn from, and that model, losses and windows fit.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    settings = declaration.settings
    self.header = header
    align = try earlier.latest(AlignStage.self)
    labels = earlier.labels(header.classes)
    channels =
      earlier.optional(IndicesStage.self)?.channels
      ?? ChannelSet(
        bands: align.bandNames, before: align.rasters[0], after: align.gridImage)
    guard let (name, modelSettings) = settings.optionalComponent("model"),
      let model = ModelRegistry.make(name, settings: modelSettings)
    else { preconditionFailure("the setting 'model' has a default") }
    self.model = model
    guard model.logitChannels(outputs: header.classes.count) == header.classes.count else {
      throw settings.error(
        "the model '\(name)' maps both dates and the change at once, which this stage cannot train "
          + "yet", at: "model")
    }
    do {
      graph = try model.graph(bands: channels.channels.count, outputs: header.classes.count)
    } catch {
      throw settings.error(
        "the model '\(name)': \(error); the channels are \(channels.names.joined(separator: ", "))",
        at: "model")
    }
    guard header.model == nil else { return }
    guard !header.scenes(.train).isEmpty else {
      throw declaration.error(
        "the stage 'train' needs a scene with 'role: train' and a label, or name weights by 'model'"
      )
    }
    let window = settings.integer("window")
    guard window >= graph.totalStride else {
      throw settings.error(
        "'window' is smaller than the network's total stride of \(graph.totalStride) pixels",
        at: "window")
    }
    guard settings.number("validation") + settings.number("test") < 1 else {
      throw settings.error(
        "'validation' and 'test' leave no block for training", at: "validation")
    }
    guard 2 * settings.integer("buffer") < settings.integer("block") else {
      throw settings.error(
        "'buffer' leaves nothing of a block of \(settings.integer("block")) pixels", at: "buffer")
    }
    try checkLosses()
  }

  /// The losses with class weights that need no pixels.
  private func checkLosses() throws {
    for (item, (name, loss)) in settings.components("loss").enumerated() {
      let type = LossRegistry.all.first { $0.component.name == name }
      let counts = [[Int]](repeating: Array(repeating: 1, count: header.classes.count), count: 1)
      guard let type else { continue }
      do {
        _ = try type.init(
          ClassWeights.resolve(loss, of: type.component, countsPerImage: counts),
          classes: header.classes.count)
      } catch {
        throw settings.error("\(error)", at: "loss", item: item)
      }
    }
    guard let (name, optimiser) = settings.optionalComponent("optimiser") else { return }
    do {
      _ = try OptimiserRegistry.make(name, settings: optimiser)
    } catch {
      throw settings.error("\(error)", at: "optimiser")
    }
  }

  /// The model, and what its training came to.
  public func outputs(_ scene: Scene?) -> [String] {
    header.model == nil ? [TrainStage.modelFile] : []
  }

  /// The scenes with labels, and the channels; nothing where the pipeline names a model.
  ///
  /// The colours of classes are in the model's card, but nothing is learnt from them.
  public func inputs(_ scene: Scene?) -> StageInputs {
    var inputs = StageInputs()
    inputs.scenes = Set(header.scenes.filter { $0.roles != [.map] }.map(\.name))
    inputs.earlier = .except([IndicesStage.component.name])
    inputs.keys = .except(Set(align.rasters))
    inputs.header = [.classes, .colours, .ignore]
    inputs.localHeader = .colours
    inputs.holdsPaths = false
    inputs.facts = [
      "channels": channels.names.joined(separator: ", "),
      "bands": channels.bands.joined(separator: ", "),
      "before": channels.before, "after": channels.after,
    ]
    guard header.model != nil else { return inputs }
    inputs.scenes = []
    inputs.facts = [:]
    (inputs.settings, inputs.earlier, inputs.header) = (.none, .none, [])
    return inputs
  }

  /// Trains, and writes the model.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard header.model == nil else {
      run.note("skipped: the pipeline names a model")
      return
    }
    if run.canRefresh { return try refresh(in: run) }
    let session = try TrainingSession(self, in: run)
    let model = try session.train()
    try run.writeOutput(model.encoded(), as: TrainStage.modelFile)
    try run.store(session.record, as: TrainStage.historyFile)
    try run.discardWhenDone(TrainStage.checkpointFile)
    try run.discardWhenDone(TrainStage.hardWindowsFile)
  }

  /// Writes the same weights with the colours of now.
  private func refresh(in run: Run) throws {
    let old = try model(in: run)
    var card = old.card
    card.classes = header.classes.cardClasses
    let model = TrainedModel(card: card, graph: old.graph, parameters: old.parameters)
    try run.writeOutput(model.encoded(), as: TrainStage.modelFile)
  }

  /// Where training goes on after it was stopped.
  static let checkpointFile = "train/checkpoint.safetensors"
  /// The windows that a stopped training draws again.
  static let hardWindowsFile = "train/hard_windows.json"

  /// The model to predict with, once the stage has run.
  public func model(in run: Run) throws -> TrainedModel {
    try TrainedModel(path: header.model ?? run.outputPath(TrainStage.modelFile))
  }

  /// The blocks of a scene that trained, once the stage has run.
  func split(of scene: Scene, in run: Run) throws -> BlockSplit {
    try run.load(BlockSplit.self, from: TrainStage.splitFile(scene))
  }

  /// What the epochs came to, once the stage has run; empty where training was skipped.
  func epochs(in run: Run) throws -> [EpochRecord] {
    guard header.model == nil else { return [] }
    return try run.load(TrainingSession.Record.self, from: TrainStage.historyFile).epochs
  }

  private static let historyFile = "train/history.json"

  static func splitFile(_ scene: Scene) -> String { "train/\(scene.name)_blocks.json" }

  /// How blocks are drawn.
  ///
  /// A scene that trains validates by some of its blocks, unless there is a scene for that alone.
  var splitOptions: TrainingScene.SplitOptions {
    let isValidatedElsewhere = header.scenes(.validate).contains { !$0.roles.contains(.train) }
    return TrainingScene.SplitOptions(
      side: settings.integer("block"), buffer: settings.integer("buffer"),
      validation: isValidatedElsewhere ? 0 : settings.number("validation"),
      test: settings.number("test"), seed: UInt64(settings.integer("seed")))
  }
}
