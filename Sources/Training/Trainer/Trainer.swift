import Engine

/// Trains a network: batch, forward, loss, backward, clip, step; validates after each epoch and
/// keeps the best weights.
///
/// The same seed and batches give the same bits.
public final class Trainer {
  /// The weights being trained.
  public let parameters: ParameterStore
  /// The best weights so far by the validation score.
  public let best: ParameterStore
  private let executor: Executor
  private let loss: WeightedSum
  /// How far it is.
  public internal(set) var progress = TrainingProgress()
  /// How long steps waited for their batches, and how long all steps took, waiting included.
  ///
  /// No file keeps it: the same training writes the same bytes however long it takes.
  public private(set) var waiting = (seconds: 0.0, ofSeconds: 0.0)
  var optimiser: any Optimiser
  private let schedule: any Schedule
  let options: TrainingOptions
  let slots: [ParameterSlot]
  private let scratch = LossScratch()

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
    best = ParameterStore(graph: graph, type: parameters.type)
    best.copyValues(from: parameters)
    executor = Executor(
      plan: try Plan(
        graph: graph, inputShapes: [batchShape], isTraining: true, type: parameters.type,
        threads: pool.threads, kernels: kernels),
      parameters: parameters, pool: pool)
    executor.draws.seed = seed
    slots = parameters.slots
  }

  /// All steps of a full training.
  public var totalSteps: Int { options.epochs * options.stepsPerEpoch }

  /// The network's input and room for the labels.
  public func makeBatch() -> Batch {
    Batch(
      input: executor.inputs[0],
      labels: Array(repeating: 255, count: executor.inputs[0].shape.pixels))
  }

  /// The output of the last step, (N, H, W, classes).
  public var logits: TensorView { executor.outputs[0] }

  /// Makes one step on a batch whose input was written just before.
  ///
  /// - Parameters:
  ///   - target: What the logits are compared with.
  ///   - index: The number of the step, from 0; it decides the rate.
  /// - Returns: The loss before the step, and the norm of the gradient before clipping.
  /// - Throws: `TrainingError` if the loss or a gradient is not finite; the weights are as they were
  ///   then, though running statistics have seen the batch.
  public func step(target: LossTarget, index: Int) throws -> (loss: Double, gradientNorm: Double) {
    executor.draws.step = UInt64(index)
    executor.forward()
    let logits = executor.outputs[0]
    let gradient = executor.outputGradients[0]
    let batch = try LossBatch(
      type: logits.type.kernelType, images: logits.shape.images,
      pixels: logits.shape.height * logits.shape.width, classes: logits.shape.channels,
      logits: logits.pointer, target: target, scratch: scratch)
    gradient.clear()
    let value = loss.evaluate(batch, addingTo: gradient.pointer).total
    guard value.isFinite else {
      throw TrainingError(
        "the loss became \(value) at step \(index + 1): lower the learning rate "
          + "or clip the gradient (clip_norm)")
    }
    parameters.clearGradients()
    executor.backward()
    let norm =
      options.clipNorm.map { GradientClipping.clip(slots, norm: $0) }
      ?? GradientClipping.norm(slots)
    guard norm.isFinite else {
      throw TrainingError(
        "the gradient became \(norm) at step \(index + 1): lower the learning rate")
    }
    let rate = schedule.rate(step: index, of: totalSteps, base: optimiser.learningRate)
    optimiser.step(parameters: slots, rate: rate)
    parameters.didChange()
    return (value, norm)
  }

  /// Trains until the last epoch or until nothing gets better, from where it is.
  ///
  /// - Parameters:
  ///   - fill: Writes the input and labels of the batch of a step. It is called on a thread of its
  ///     own while the step before it is computed, but never for a step of the next epoch: between
  ///     epochs it rests.
  ///   - validate: Scores the weights after an epoch; higher is better, nil: cannot tell.
  ///   - onStep: Called after each step with its number and loss.
  ///   - onEpoch: Called after each epoch.
  /// - Returns: One record for each epoch; `best` holds the weights to use.
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
        try onEpoch(try conclude(means, score: validate(parameters)))
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
    var (lossSum, normSum) = (0.0, 0.0)
    try batches.request(first)
    for step in first..<end {
      let labels = try batches.take(into: executor.inputs[0])
      if step + 1 < end { try batches.request(step + 1) }
      let result = try self.step(target: .labels(labels), index: step)
      lossSum += result.loss
      normSum += result.gradientNorm
      try onStep(step + 1, result.loss)
    }
    waiting.ofSeconds += (clock.now - start).seconds
    let count = Double(options.stepsPerEpoch)
    return (lossSum / count, normSum / count)
  }

  /// Keeps the weights of an epoch if they are the best, and notes what it came to.
  private func conclude(_ means: (loss: Double, norm: Double), score: Double?) -> EpochRecord {
    let epoch = progress.records.count + 1
    let isBest =
      score.map { $0 > (progress.bestScore ?? -.infinity) } ?? (progress.bestScore == nil)
    if isBest {
      best.copyValues(from: parameters)
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

extension ParameterStore {
  /// The trained parameters as an optimiser takes them.
  ///
  /// Weights decay; biases and norms do too, as in PyTorch, unless the optimiser leaves them out by
  /// `decays`.
  public var slots: [ParameterSlot] {
    declarations.indices.compactMap { index in
      guard let gradient = gradientPointer(index) else { return nil }
      return ParameterSlot(
        name: declarations[index].name, type: type.kernelType, count: declarations[index].count,
        value: pointer(index), gradient: gradient, decays: true)
    }
  }
}
