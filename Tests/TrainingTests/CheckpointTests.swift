import Configuration
import Engine
import Foundation
import Models
import TestSupport
import Testing

@testable import Training

struct CheckpointTests {
  private struct Stop: Error {}

  /// What is trained with: the optimiser, and options beside it.
  struct Recipe: CustomTestStringConvertible {
    var optimiser: JSONValue
    var accumulate = 1
    var average: TrainingOptions.Average?

    var testDescription: String { "\(optimiser), \(accumulate), \(String(describing: average))" }
  }

  static let recipes: [Recipe] =
    ["adamw", "adam", "sgd", "ademamix", "sam"].map { Recipe(optimiser: .text($0)) } + [
      Recipe(
        optimiser: .object([("sam", .object([("base", .text("adamw"))]))]), accumulate: 2,
        average: .init(decay: 0.9, warmsUp: true)),
      Recipe(
        optimiser: .object([("asam", .object([("base", .text("ademamix"))]))]),
        average: .init(decay: 0.5)),
    ]

  /// A SegFormer that draws what it leaves out.
  private static var drawing: SegFormer {
    SegFormer(
      widths: SegFormer.Widths(
        hiddenSizes: [4, 4, 4, 4], depths: [1, 1, 1, 1], heads: [1, 1, 2, 2], decoder: 8),
      dropPath: 0.5, dropout: 0.3)
  }

  private func trainer(
    _ recipe: Recipe, epochs: Int = 4, model: any Model = UNet(base: 3, depth: 1)
  ) throws -> Trainer {
    let graph = try model.graph(bands: 2, outputs: 2)
    let parameters = ParameterStore(graph: graph, withGradients: true)
    parameters.initialise(seed: 9)
    return try Trainer(
      parameters: parameters, graph: graph, batchShape: Shape(2, 8, 8, 2),
      loss: WeightedSum([("ce", try settings(CrossEntropy.component))], classes: 2),
      optimiser: optimiser(recipe.optimiser),
      schedule: ConstantSchedule(try settings(ConstantSchedule.component)),
      options: TrainingOptions(
        epochs: epochs, stepsPerEpoch: 3, patience: 2, accumulate: recipe.accumulate,
        average: recipe.average),
      pool: ThreadPool(threads: 1))
  }

  /// Scores rise and fall with the epoch: the third is the best.
  private func run(
    _ trainer: Trainer, _ generator: inout SeededGenerator, until last: Int = .max
  ) throws -> Checkpoint? {
    var checkpoint: Checkpoint?
    do {
      _ = try trainer.run(
        fill: { batch, _ in
          batch.input.write((0..<batch.input.shape.pixels * 2).map { _ in generator.normal() })
          for pixel in batch.labels.indices { batch.labels[pixel] = UInt8(generator.next() % 2) }
        }, validate: { [trainer] _ in 1 / Double(1 + abs(trainer.progress.records.count - 2)) },
        onStep: { _, _ in },
        onEpoch: {
          checkpoint = trainer.checkpoint(key: "k", generator: generator.state)
          if $0.epoch == last { throw Stop() }
        })
    } catch is Stop {}
    return checkpoint
  }

  @Test(
    "Training that goes on from a file has the bits of one that was never stopped",
    arguments: recipes, [1, 2, 3])
  func resumes(_ recipe: Recipe, _ epoch: Int) throws {
    var generator = SeededGenerator(seed: 4)
    let whole = try trainer(recipe)
    let last = try run(whole, &generator)

    generator = SeededGenerator(seed: 4)
    let stopped = try #require(try run(trainer(recipe), &generator, until: epoch))
    let path = NSTemporaryDirectory() + "checkpoint-\(UUID().uuidString)"
    try Data(stopped.encoded()).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let read = try Checkpoint(path: path)
    #expect(read == stopped)
    let resumed = try trainer(recipe)
    try resumed.restore(read)
    generator = SeededGenerator(state: read.generator)
    #expect(try run(resumed, &generator) == last)
    #expect(try resumed.best.encoded(metadata: [:]) == whole.best.encoded(metadata: [:]))
    #expect(resumed.progress.records.count == 4 && resumed.progress.bestEpoch == 3)
  }

  @Test("Training that draws what it leaves out goes on with the same draws", arguments: [1, 2])
  func resumesDraws(_ epoch: Int) throws {
    var generator = SeededGenerator(seed: 4)
    let last = try run(trainer(Recipe(optimiser: .text("sgd")), model: Self.drawing), &generator)
    generator = SeededGenerator(seed: 4)
    let stopped = try #require(
      try run(trainer(Recipe(optimiser: .text("sgd")), model: Self.drawing), &generator, until: epoch))
    let resumed = try trainer(Recipe(optimiser: .text("sgd")), model: Self.drawing)
    try resumed.restore(stopped)
    #expect(try run(resumed, &generator) == last)
  }

  @Test("A checkpoint of another network or a longer training is refused")
  func foreign() throws {
    var generator = SeededGenerator(seed: 4)
    let adamW = Recipe(optimiser: .text("adamw"))
    let averaged = Recipe(optimiser: .text("adamw"), average: .init(decay: 0.5))
    let checkpoint = try #require(try run(trainer(adamW), &generator))
    #expect(throws: TrainingError("the checkpoint is that of a longer training")) {
      try trainer(adamW, epochs: 3).restore(checkpoint)
    }
    #expect(throws: OptimiserError.self) {
      try trainer(Recipe(optimiser: .text("sgd"))).restore(checkpoint)
    }
    #expect(
      throws: TrainingError(
        "the checkpoint is that of a training without an average of its weights")
    ) { try trainer(averaged).restore(checkpoint) }
    let other = try #require(try run(trainer(averaged), &generator))
    #expect(
      throws: TrainingError("the checkpoint is that of a training with an average of its weights")
    ) { try trainer(adamW).restore(other) }
  }

  @Test("Another safetensors file is no checkpoint")
  func otherFile() throws {
    let path = NSTemporaryDirectory() + "other-\(UUID().uuidString)"
    try Data(SafeTensorsWriter.encode(tensors: [], metadata: [:])).write(
      to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: TrainingError("\(path): not a checkpoint of this program")) {
      try Checkpoint(path: path)
    }
  }
}
