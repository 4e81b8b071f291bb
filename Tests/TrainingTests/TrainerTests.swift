import Configuration
import Engine
import Models
import TestSupport
import Testing

@testable import Training

struct TrainerTests {
  /// Images of noise whose class is the sign of a smooth function of the first band.
  private static func fill(_ batch: inout Batch, _ step: Int) {
    let shape = batch.input.shape
    var generator = SeededGenerator(seed: UInt64(step) + 1)
    var pixels: [Double] = []
    for pixel in 0..<shape.pixels {
      let class1 = generator.uniform() < 0.4
      pixels += [class1 ? 1 : -1, 0].map { $0 + 0.3 * generator.normal() }
      batch.labels[pixel] = generator.uniform() < 0.05 ? 255 : class1 ? 1 : 0
    }
    batch.input.write(pixels)
  }

  private func trainer(
    epochs: Int = 1, steps: Int = 1, patience: Int? = nil, clipNorm: Double? = nil,
    optimiser: String = "adamw", rate: Double = 0.01, side: Int = 8, threads: Int = 1,
    depth: Int = 1, kernels: KernelChoice = .fast
  ) throws -> Trainer {
    let graph = UNet(base: 3, depth: depth).graph(bands: 2, outputs: 2)
    let parameters = ParameterStore(graph: graph, withGradients: true)
    parameters.initialise(seed: 9)
    let type = try #require(OptimiserRegistry.all.first { $0.component.name == optimiser })
    return try Trainer(
      parameters: parameters, graph: graph, batchShape: Shape(2, side, side, 2),
      loss: WeightedSum([("ce", try settings(CrossEntropy.component))], classes: 2),
      optimiser: OptimiserRegistry.make(
        optimiser, settings: settings(type.component, [("learning_rate", .number(rate))])),
      schedule: ConstantSchedule(try settings(ConstantSchedule.component)),
      options: TrainingOptions(
        epochs: epochs, stepsPerEpoch: steps, patience: patience, clipNorm: clipNorm),
      pool: ThreadPool(threads: threads), kernels: kernels)
  }

  private func values(_ store: ParameterStore) -> [[Double]] {
    store.declarations.indices.map { store.doubles($0) }
  }

  /// The values that gradients move.
  private func weights(_ store: ParameterStore) -> [[Double]] {
    store.declarations.indices.filter { store.declarations[$0].role.isTrained }.map {
      store.doubles($0)
    }
  }

  /// Runs with a score for each epoch.
  private func run(_ trainer: Trainer, scores: [Double?]) throws -> [EpochRecord] {
    var epoch = 0
    return try trainer.run(
      fill: { Self.fill(&$0, $1) },
      validate: { _ in
        defer { epoch += 1 }
        return scores[epoch]
      }, onStep: { _, _ in }, onEpoch: { _ in })
  }

  @Test("On classes that are far apart the loss falls")
  func learns() throws {
    let trainer = try trainer(epochs: 4, steps: 40, rate: 0.03)
    #expect(trainer.totalSteps == 160)
    let records = try run(trainer, scores: [nil, nil, nil, nil])
    #expect(records.map(\.epoch) == [1, 2, 3, 4])
    #expect(records[3].loss < 0.15 && records[3].loss < 0.5 * records[0].loss)
    #expect(records.allSatisfy { $0.rate == 0.03 && $0.gradientNorm > 0 })
  }

  @Test("Steps and epochs are told as they end, and steps are numbered from the start")
  func reports() throws {
    let trainer = try trainer(epochs: 2, steps: 2)
    var told: [String] = []
    var filled: [Int] = []
    _ = try trainer.run(
      fill: { batch, step in
        filled.append(step)
        Self.fill(&batch, step)
      }, validate: { _ in 0.5 }, onStep: { step, _ in told.append("step \(step)") },
      onEpoch: { told.append("epoch \($0.epoch)") })
    #expect(filled == [0, 1, 2, 3])
    #expect(told == ["step 1", "step 2", "epoch 1", "step 3", "step 4", "epoch 2"])
  }

  @Test("A batch is filled while the step before it runs, but none of the next epoch")
  func background() throws {
    let trainer = try trainer(epochs: 2, steps: 3)
    let filled = Handover<Int>(capacity: 9)
    var told: [Int] = []
    _ = try trainer.run(
      fill: { batch, step in
        try filled.put(step)
        Self.fill(&batch, step)
      }, validate: { _ in 0.5 },
      onStep: { step, _ in
        if step == 1 || step == 4 { told.append(try #require(try filled.take())) }
        // step by step: this waits for ever unless the next batch is begun before the step is over
        if step % 3 != 0 { told.append(try #require(try filled.take())) }
      }, onEpoch: { _ in told.append(-1) })
    #expect(told == [0, 1, 2, -1, 3, 4, 5, -1])
    #expect(trainer.waiting.seconds >= 0 && trainer.waiting.seconds < trainer.waiting.ofSeconds)
  }

  @Test("What filling throws stops the training as it is")
  func failingFill() throws {
    struct Fault: Error {}
    let trainer = try trainer(epochs: 2, steps: 3)
    var steps = 0
    #expect(throws: Fault.self) {
      _ = try trainer.run(
        fill: { batch, step in
          if step == 4 { throw Fault() }
          Self.fill(&batch, step)
        }, validate: { _ in 0.5 }, onStep: { _, _ in steps += 1 }, onEpoch: { _ in })
    }
    #expect(steps == 4 && trainer.progress.records.count == 1)
  }

  @Test("The best weights are those of the best score, the first of equals")
  func best() throws {
    let trainer = try trainer(epochs: 5, steps: 1)
    var seen: [[[Double]]] = []
    let scores = [0.2, 0.6, nil, 0.6, 0.1]
    let records = try trainer.run(
      fill: { Self.fill(&$0, $1) },
      validate: { store in
        seen.append(values(store))
        return scores[seen.count - 1]
      }, onStep: { _, _ in }, onEpoch: { _ in })
    #expect(records.map(\.isBest) == [true, true, false, false, false])
    #expect(records.map(\.score) == scores)
    #expect(values(trainer.best) == seen[1])
    #expect(seen[1] != seen[4])
    #expect(values(trainer.parameters) == seen[4])
  }

  @Test("Without scores the last weights are kept")
  func unscored() throws {
    let trainer = try trainer(epochs: 3)
    let records = try run(trainer, scores: [nil, nil, nil])
    #expect(records.map(\.isBest) == [true, true, true])
    #expect(values(trainer.best) == values(trainer.parameters))
  }

  @Test("Training stops when the score has not risen for as many epochs as patience says")
  func patience() throws {
    let records = try run(
      try trainer(epochs: 9, patience: 2), scores: [0.1, 0.3, 0.2, 0.4, 0.4, 0.3, 0.9, 0.9, 0.9])
    #expect(records.count == 6)
    let never = try run(try trainer(epochs: 4, patience: 1), scores: [nil, nil, nil, nil])
    #expect(never.count == 4)
  }

  /// What a training that fails in its first step says, and that it left everything as it was.
  private func failure(of trainer: Trainer, input: Double?) throws -> String {
    let before = weights(trainer.parameters)
    let best = values(trainer.best)
    let error = #expect(throws: TrainingError.self) {
      _ = try trainer.run(
        fill: { batch, step in
          Self.fill(&batch, step)
          guard let input else { return }
          batch.input.write(batch.input.doubles().map { _ in input })
        }, validate: { _ in nil }, onStep: { _, _ in }, onEpoch: { _ in })
    }
    #expect(same(weights(trainer.parameters), before))
    #expect(same(values(trainer.best), best))
    return error?.description ?? "no error"
  }

  private func same(_ a: [[Double]], _ b: [[Double]]) -> Bool {
    zip(a, b).allSatisfy { maxAbsDifference($0, $1) == 0 }
  }

  @Test("A loss that is not a number stops training and keeps the weights")
  func nanLoss() throws {
    let trainer = try trainer(epochs: 2, steps: 2)
    let bias = trainer.parameters.declarations.count - 1
    trainer.parameters.set(bias, to: [.nan, 0])
    #expect(
      try failure(of: trainer, input: nil)
        == "the loss became nan at step 1: lower the learning rate or clip the gradient (clip_norm)"
    )
  }

  @Test(
    "A gradient that is not a number stops training and keeps the weights", arguments: [nil, 1.0])
  func nanGradient(_ clipNorm: Double?) throws {
    // the oracle's rectifiers turn NaN into 0 on the way, so that the loss alone does not show it
    #expect(
      try failure(
        of: trainer(epochs: 2, steps: 2, clipNorm: clipNorm, kernels: .naive), input: .nan)
        == "the gradient became nan at step 1: lower the learning rate")
  }

  @Test(
    "A step of plain descent is as long as the clipped gradient says", arguments: [nil, 0.01, 1e3])
  func clipping(_ clipNorm: Double?) throws {
    let trainer = try trainer(clipNorm: clipNorm, optimiser: "sgd", rate: 0.1)
    let before = weights(trainer.parameters)
    var batch = trainer.makeBatch()
    Self.fill(&batch, 0)
    let norm = try trainer.step(target: .labels(batch.labels), index: 0).gradientNorm
    let moved = zip(before, weights(trainer.parameters)).reduce(0.0) { sum, pair in
      sum + zip(pair.0, pair.1).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }.squareRoot()
    #expect(norm > 0.05 && norm < 1e3)
    // weights are Floats near 1: each moves by 0.1 of its gradient to 6e-8
    #expect(abs(moved - 0.1 * min(norm, clipNorm ?? norm)) < 2e-6)
  }

  @Test("A batch without a label moves nothing but the running statistics")
  func unlabelled() throws {
    let trainer = try trainer(optimiser: "sgd")
    let before = weights(trainer.parameters)
    var batch = trainer.makeBatch()
    Self.fill(&batch, 0)
    let result = try trainer.step(
      target: .labels(Array(repeating: 255, count: batch.labels.count)), index: 0)
    #expect(result.loss == 0 && result.gradientNorm == 0)
    #expect(weights(trainer.parameters) == before)
  }

  @Test("The same seed gives the same bits with one thread, two and three")
  func threads() throws {
    let bytes = try [1, 1, 2, 3].map { threads -> [UInt8] in
      // large enough that kernels share their work out
      let trainer = try trainer(epochs: 1, steps: 4, side: 64, threads: threads, depth: 2)
      _ = try run(trainer, scores: [0.5])
      return try trainer.best.encoded(metadata: [:])
    }
    #expect(bytes[1] == bytes[0])
    #expect(bytes[2] == bytes[0])
    #expect(bytes[3] == bytes[0])
  }
}
