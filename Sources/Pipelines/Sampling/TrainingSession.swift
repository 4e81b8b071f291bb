import Accuracy
import Configuration
import Engine
import Models
import Rasters
import Training

/// One training: opens the scenes, normalises, trains, validates.
final class TrainingSession {
  /// What the epochs came to.
  struct Record: Codable {
    var epochs: [EpochRecord] = []
    /// Labelled training pixels of each class.
    var trainingPixels: [Int] = []
  }

  private(set) var record = Record()
  private let stage: TrainStage
  private let run: Run
  private let settings: Settings
  private var training: [TrainingScene] = []
  private var validating: [TrainingScene] = []
  private let seed: UInt64

  /// Opens the labelled scenes.
  init(_ stage: TrainStage, in run: Run) throws {
    self.stage = stage
    self.run = run
    settings = stage.settings
    seed = UInt64(settings.integer("seed"))
    for scene in stage.header.scenes where scene.roles != [.map] {
      let isTraining = scene.roles.contains(.train)
      let aligned = try stage.align.aligned(scene, in: run)
      let opened = try TrainingScene(
        scene, aligned: aligned, labels: stage.labels.labels(scene, on: aligned, in: run),
        channels: stage.channels,
        classes: stage.header.classes, use: isTraining ? nil : .validate,
        options: stage.splitOptions, progress: { _, _ in try run.checkInterruption() })
      try run.store(opened.split, as: TrainStage.splitFile(scene))
      if isTraining { training.append(opened) } else { validating.append(opened) }
    }
    if validating.isEmpty { validating = training }
    if validating.allSatisfy({ $0.split.blocks(.validate).isEmpty }) {
      run.note(
        "no block validates, so the last weights are kept: make 'block' smaller or 'validation' "
          + "larger")
    }
    try checkClasses()
  }

  private func checkClasses() throws {
    let classes = stage.header.classes
    record.trainingPixels = (0..<classes.count).map { k in
      training.reduce(0) { $0 + $1.counts[k] }
    }
    let present = record.trainingPixels.count { $0 > 0 }
    guard present >= 2 else {
      let found = zip(classes.items, record.trainingPixels).filter { $1 > 0 }.map(\.0.name)
      throw RunError(
        .input,
        "\(stage.header.file): the training blocks hold labels of "
          + (found.isEmpty ? "no class" : "'\(found[0])' alone")
          + "; training needs two classes: label more, or change 'block', 'seed' or 'buffer'")
    }
    for (item, count) in zip(classes.items, record.trainingPixels) where count == 0 {
      run.note("no training pixel of class '\(item.name)'")
    }
  }

  /// Trains to the end.
  func train() throws -> TrainedModel {
    let channels = try statistics(stage.channels)
    let card = makeCard(channels)
    let parameters = ParameterStore(graph: stage.graph, withGradients: true)
    parameters.initialise(seed: seed)
    if let start = settings.optionalText("start") {
      for line in try StartingWeights(path: start).load(
        into: parameters, channels: stage.channels.names,
        naming: type(of: stage.model).parameterName)
      {
        run.note(line)
      }
    }
    let side = settings.integer("window")
    var sampler = WindowSampler(
      training, side: side, filler: TensorFiller(card), channels: channels.count,
      augmentation: Augmentation(
        flips: settings.flag("flips"), turns: settings.flag("rotations")),
      jitter: SpectralJitter(
        bands: training[0].reader.channels.bands,
        deviations: try statistics(ChannelSet(bands: training[0].reader.channels.bands))
          .map(\.deviation), strength: settings.number("jitter"),
        weakening: settings.number("weakening"),
        before: stage.channels.before, after: stage.channels.after),
      balance: settings.number("balance"), hardShare: settings.number("hard_windows"),
      seed: seed &+ 2)
    let trainer = try makeTrainer(
      parameters, Shape(settings.integer("batch"), side, side, channels.count))
    let checkpoints = try CheckpointFile(in: run)
    if let checkpoint = checkpoints.read(into: trainer) {
      sampler.generator = SeededGenerator(state: checkpoint.generator)
      sampler.hard.restore(try checkpoints.hardWindows(afterEpoch: checkpoint))
    }
    let total = trainer.totalSteps
    var detail = ""
    var hardLosses: [ImageLoss] = []
    record.epochs = try trainer.run(
      fill: { batch, number in try sampler.fill(&batch, number) },
      validate: { try self.score($0, card) },
      onStep: { [run] step, loss in
        hardLosses += trainer.imageLosses
        try run.advance(step, of: total, "loss \(decimals(loss, 3))\(detail)")
      },
      onEpoch: { epoch in
        sampler.rankHardWindows(by: hardLosses)
        hardLosses = []
        if let score = epoch.score { detail = ", validation IoU \(decimals(score, 3))" }
        try checkpoints.write(
          trainer, generator: sampler.generator.state, hard: sampler.hard.ranked)
      })
    tellWaiting(trainer)
    return try finish(card, trainer.best)
  }

  /// Says that reading is too slow for the steps.
  private func tellWaiting(_ trainer: Trainer) {
    let (waited, all) = trainer.waiting
    guard all > 0, waited > 0.05 * all, all > 10 else { return }
    run.note(
      "training waited \(decimals(100 * waited / all, 0)) % of \(decimals(all, 0)) s for its windows to "
        + "be read: images in smaller blocks, or on a faster disk, are quicker to train on")
  }

  private func makeTrainer(_ parameters: ParameterStore, _ shape: Shape) throws -> Trainer {
    guard let (optimiser, optimiserSettings) = settings.optionalComponent("optimiser"),
      let (schedule, scheduleSettings) = settings.optionalComponent("schedule")
    else { preconditionFailure("'optimiser' and 'schedule' have defaults") }
    let counts = training.map(\.counts)
    let losses = settings.components("loss").map { name, settings in
      let type = LossRegistry.all.first { $0.component.name == name }
      let resolved = type.map {
        ClassWeights.resolve(settings, of: $0.component, countsPerImage: counts)
      }
      return (name: name, settings: resolved ?? settings)
    }
    return try Trainer(
      parameters: parameters, graph: stage.graph, batchShape: shape,
      loss: WeightedSum(losses, classes: stage.header.classes.count),
      optimiser: OptimiserRegistry.make(optimiser, settings: optimiserSettings),
      schedule: ScheduleRegistry.make(schedule, settings: scheduleSettings),
      options: TrainingSettings.read(settings), pool: run.pool,
      kernels: KernelSetting.read(settings), seed: seed &+ 3)
  }

  /// Mean and deviation of each channel over the observed pixels of training blocks.
  private func statistics(_ channels: ChannelSet) throws -> [ModelCard.Channel] {
    var statistics = ChannelStatistics(channels: channels.channels.count)
    var planes: [Float] = []
    for scene in training {
      let reader = try SceneReader(scene.aligned, channels: channels)
      for block in scene.split.blocks(.train) {
        try run.checkInterruption()
        try reader.read(block, into: &planes)
        statistics.add(planes, count: block.pixelCount) { _ in true }
      }
    }
    return statistics.channels(channels.names)
  }

  private func makeCard(_ channels: [ModelCard.Channel]) -> ModelCard {
    guard let (architecture, modelSettings) = settings.optionalComponent("model") else {
      preconditionFailure("'model' has a default")
    }
    let plain = modelSettings.plainText
    return ModelCard(
      architecture: architecture, settings: plain, channels: channels,
      images: [stage.channels.before, stage.channels.after], limit: 10,
      classes: stage.header.classes.cardClasses, windowPixels: settings.integer("window"),
      resolutionMetres: training[0].reader.grid.pixelAreaSquareMetres(row: 0)?.squareRoot(),
      training: stated.merging(
        ["program": "rspipe \(Version.text)", "seed": "\(seed)"], uniquingKeysWith: { $1 }),
      scores: [:])
  }

  /// What the pipeline file says for the card.
  private var stated: [String: String] {
    guard let card = settings.optionalGroup("card") else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: TrainStage.cardSettings.compactMap { setting in
        card.optionalText(setting.key).map { (setting.key, $0) }
      })
  }

  /// Mean IoU over the classes on the validation blocks; nil where none is labelled.
  private func score(_ parameters: ParameterStore, _ card: ModelCard) throws -> Double? {
    try confusion(parameters, card, .validate, in: validating).score(.meanIoU)
  }

  /// Agreement with the labels of the blocks of a use.
  private func confusion(
    _ parameters: ParameterStore, _ card: ModelCard, _ use: BlockUse, in scenes: [TrainingScene]
  ) throws -> ConfusionMatrix {
    let model = TrainedModel(card: card, graph: stage.graph, parameters: parameters)
    let predictor = WindowPredictor(
      model, pool: run.pool, kernels: KernelSetting.read(settings))
    var matrix = ConfusionMatrix(classCount: card.classes.count)
    for scene in scenes {
      for block in scene.split.blocks(use) {
        try run.checkInterruption()
        let labels = try scene.labels.read(block)
        guard labels.contains(where: { $0 != ClassList.notObserved }) else { continue }
        for tile in block.aligned(to: predictor.step, within: scene.reader.grid.window) {
          guard let probabilities = try predictor.predict(tile, from: scene.reader) else {
            continue
          }
          let classes = ClassRule.greatest.classes(probabilities, count: tile.pixelCount)
          try matrix.add(
            reference: try scene.labels.read(tile).inside(block, tile), predicted: classes)
        }
      }
    }
    return matrix
  }

  private func finish(_ card: ModelCard, _ best: ParameterStore) throws -> TrainedModel {
    var card = card
    let matrix = try confusion(best, card, .validate, in: validating)
    for (item, iou) in zip(stage.header.classes.items, matrix.classScores(.iou)) {
      card.scores["validation_iou_\(item.name)"] = iou
    }
    card.training["scenes"] = training.map(\.name).joined(separator: ", ")
    card.training["pixels"] = record.trainingPixels.map(String.init).joined(separator: ", ")
    card.training["epochs"] = "\(record.epochs.count)"
    return TrainedModel(card: card, graph: stage.graph, parameters: best)
  }
}

extension ClassList {
  /// The classes as a model card lists them.
  var cardClasses: [ModelCard.Class] {
    items.map { ModelCard.Class(value: $0.code, name: $0.name, colour: $0.colour.hex) }
  }
}

extension Window {
  /// The window that starts at multiples of `step` around this one.
  func aligned(to step: Int, within bounds: Window) -> [Window] {
    let (x, y) = (self.x / step * step, self.y / step * step)
    let (endX, endY) = (
      min(bounds.endX, (self.endX + step - 1) / step * step),
      min(bounds.endY, (self.endY + step - 1) / step * step)
    )
    return [Window(x: x, y: y, width: endX - x, height: endY - y)]
  }
}

extension [UInt8] {
  /// The labels of `tile` with those outside `block` ignored.
  func inside(_ block: Window, _ tile: Window) -> [UInt8] {
    var labels = self
    for pixel in labels.indices
    where !block.contains(x: tile.x + pixel % tile.width, y: tile.y + pixel / tile.width) {
      labels[pixel] = ClassList.notObserved
    }
    return labels
  }
}
