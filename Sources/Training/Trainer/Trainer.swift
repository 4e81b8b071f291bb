import Engine

/// Trains a network: batches, forward, loss, backward, clip, step; validates after each epoch and
/// keeps the best weights.
///
/// The same seed and batches give the same bits.
public final class Trainer {
  /// The weights being trained.
  public let parameters: ParameterStore
  /// The best weights so far by the validation score; of the averages, where there is an average.
  public let best: ParameterStore
  /// What is validated: the average of the weights where there is one, else the weights.
  public let evaluated: ParameterStore
  /// How far it is.
  public internal(set) var progress = TrainingProgress()
  /// How long steps waited for their batches, and how long all steps took, waiting included.
  ///
  /// No file keeps it: the same training writes the same bytes however long it takes.
  public private(set) var waiting = (seconds: 0.0, ofSeconds: 0.0)
  /// The loss of each image of the last step, where the options ask for it.
  ///
  /// Read it in `onStep`. While a step runs, windows of the next one are drawn on another thread: a
  /// sampler that prefers hard windows takes what was collected between epochs, in `onEpoch`, so
  /// that no draw depends on timing.
  public internal(set) var imageLosses: [ImageLoss] = []
  let options: TrainingOptions
  let executor: Executor
  let loss: WeightedSum
  let schedule: any Schedule
  let pool: ThreadPool
  /// The parameters that are stepped, and all that have gradients.
  let slots: [ParameterSlot]
  let allSlots: [ParameterSlot]
  let scratch = LossScratch()
  let imageScratch = LossScratch()
  var optimiser: any Optimiser
  var perturbation: Perturbation?
  var average: WeightAverage?
  /// All statistics, and those that stay.
  var statistics: RunningStatistics
  var frozenStatistics: RunningStatistics?
  /// Inputs of the batches of a step, kept for a second pass.
  var keptInputs: [Memory] = []

  /// Prepares a training.
  ///
  /// - Parameters:
  ///   - parameters: First weights, with gradients; they are changed.
  ///   - graph: The network, with one output.
  ///   - batchShape: (N, H, W, bands) of every batch.
  ///   - loss: What to minimise.
  ///   - optimiser: How to step.
  ///   - schedule: The rate of each step.
  ///   - options: How long.
  ///   - pool: Threads.
  ///   - kernels: How kernels are chosen.
  ///   - seed: Decides what dropout leaves out.
  /// - Throws: `GraphError`, or `TrainingError` for options that do not suit the network.
  public init(
    parameters: ParameterStore, graph: Graph, batchShape: Shape, loss: WeightedSum,
    optimiser: any Optimiser, schedule: any Schedule, options: TrainingOptions, pool: ThreadPool,
    kernels: KernelChoice = .fast, seed: UInt64 = 0
  ) throws {
    self.parameters = parameters
    self.loss = loss
    self.optimiser = optimiser
    self.schedule = schedule
    self.options = options
    self.pool = pool
    allSlots = parameters.slots
    slots = try options.trained(allSlots, names: parameters.declarations.map(\.name))
    best = ParameterStore(graph: graph, type: parameters.type)
    best.copyValues(from: parameters)
    average = options.average.map { [slots] in
      WeightAverage(decay: $0.decay, warmsUp: $0.warmsUp, parameters: slots)
    }
    evaluated =
      average == nil ? parameters : ParameterStore(graph: graph, type: parameters.type)
    perturbation = optimiser.perturbation.flatMap { $0.isIdentity ? nil : $0 }
    statistics = RunningStatistics(of: parameters)
    frozenStatistics =
      options.freezesStatistics
      ? RunningStatistics(of: parameters) { name in
        options.frozen.contains { $0.matches(name) }
      } : nil
    executor = Executor(
      plan: try Plan(
        graph: graph, inputShapes: [batchShape], isTraining: true, type: parameters.type,
        threads: pool.threads, kernels: kernels),
      parameters: parameters, pool: pool)
    executor.draws.seed = seed
  }

  /// All steps of a full training.
  public var totalSteps: Int { options.epochs * options.stepsPerEpoch }

  /// The network's input and room for the labels.
  public func makeBatch() -> Batch {
    Batch(
      input: executor.inputs[0],
      labels: Array(repeating: 255, count: executor.inputs[0].shape.pixels))
  }

  /// The output of the last pass, (N, H, W, classes).
  public var logits: TensorView { executor.outputs[0] }

  /// The average of the weights, where the options ask for one.
  public var weightAverage: WeightAverage? { average }

  /// Trains until the last epoch or until nothing gets better, from where it is.
  ///
  /// - Parameters:
  ///   - fill: Writes the input and labels of a batch, whose number counts on from 0 over all steps;
  ///     a step takes `accumulate` of them. It is called on a thread of its own while the batch
  ///     before it is computed, but never for a batch of the next epoch: between epochs it rests.
  ///   - validate: Scores weights after an epoch; higher is better, nil: cannot tell.
  ///   - onStep: Called after each step with its number and loss.
  ///   - onEpoch: Called after each epoch.
  /// - Returns: One record for each epoch; `best` holds the weights to use.
  /// - Throws: `TrainingError` if a loss, a gradient or a weight is not finite, before `onEpoch`, so
  ///   that a checkpoint written there stays a good one.
  public func run(
    fill: (inout Batch, Int) throws -> Void, validate: (ParameterStore) throws -> Double?,
    onStep: (Int, Double) throws -> Void, onEpoch: (EpochRecord) throws -> Void
  ) throws -> [EpochRecord] {
    try withoutActuallyEscaping(fill) { fill in
      let batches = try BatchPrefetcher(input: executor.inputs[0], fill: fill)
      defer { batches.stop() }
      while !isFinished {
        let means = try runEpoch(batches, onStep)
        waiting.seconds = batches.waitedSeconds
        try checkWeights()
        refreshEvaluated()
        try onEpoch(try conclude(means, score: validate(evaluated)))
      }
    }
    return progress.records
  }

  /// Makes the steps of the next epoch; returns the means of loss and gradient norm.
  private func runEpoch(
    _ batches: BatchPrefetcher, _ onStep: (Int, Double) throws -> Void
  ) throws -> (loss: Double, norm: Double) {
    let clock = ContinuousClock()
    let start = clock.now
    let first = progress.records.count * options.stepsPerEpoch
    let end = first + options.stepsPerEpoch
    let endOfBatches = end * options.accumulate
    var (lossSum, normSum) = (0.0, 0.0)
    try batches.request(first * options.accumulate)
    for step in first..<end {
      let result = try self.step(index: step, batches: options.accumulate) { number in
        let filled = try batches.take(into: executor.inputs[0])
        if number + 1 < endOfBatches { try batches.request(number + 1) }
        return (.labels(filled.labels), filled.names)
      }
      lossSum += result.loss
      normSum += result.gradientNorm
      try onStep(step + 1, result.loss)
    }
    waiting.ofSeconds += (clock.now - start).seconds
    let count = Double(options.stepsPerEpoch)
    return (lossSum / count, normSum / count)
  }

  /// Stops before weights that are no numbers are validated and written.
  private func checkWeights() throws {
    guard allSlots.areFinite(pool: pool), statistics.areFinite(parameters) else {
      throw TrainingError(
        "the weights became infinite or nan in epoch \(progress.records.count + 1): lower the "
          + "learning rate or clip the gradient (clip_norm)")
    }
  }

  /// Brings what is validated up to date: averages of weights, statistics as they are.
  func refreshEvaluated() {
    guard let average else { return }
    evaluated.copyValues(from: parameters)
    average.copy(to: evaluated)
  }

  /// Keeps the weights of an epoch if they are the best, and notes what it came to.
  private func conclude(_ means: (loss: Double, norm: Double), score: Double?) -> EpochRecord {
    let epoch = progress.records.count + 1
    let isBest =
      score.map { $0 > (progress.bestScore ?? -.infinity) } ?? (progress.bestScore == nil)
    if isBest {
      best.copyValues(from: evaluated)
      progress.bestScore = score ?? progress.bestScore
      progress.bestEpoch = epoch
    }
    let record = EpochRecord(
      epoch: epoch, loss: means.loss,
      rate: schedule.rate(
        step: epoch * options.stepsPerEpoch - 1, of: totalSteps, base: optimiser.learningRate),
      gradientNorm: means.norm, score: score, isBest: isBest)
    progress.records.append(record)
    return record
  }

  private var isFinished: Bool {
    let epochs = progress.records.count
    guard epochs < options.epochs else { return true }
    guard let patience = options.patience, epochs > 0 else { return false }
    return epochs - progress.bestEpoch >= patience
  }
}
