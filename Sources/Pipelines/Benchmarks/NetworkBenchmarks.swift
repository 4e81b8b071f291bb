import Configuration
import Engine
import Models
import Training
import YAML

/// A forward pass of a U-Net of depth 4 with one output on an image of 12 bands.
final class PredictionBenchmark: Benchmark {
  let multiplyAdds: Int
  private let executor: Executor
  private let input: [Float]

  /// Allocates the network with random weights.
  init(base: Int, side: Int, options: BenchmarkOptions) throws {
    let graph = UNet(base: base, depth: 4).graph(bands: BenchmarkCase.bands, outputs: 1)
    let parameters = ParameterStore(graph: graph)
    parameters.initialise(seed: 1)
    let plan = try Plan(
      graph: graph, inputShapes: [Shape(1, side, side, BenchmarkCase.bands)], isTraining: false,
      threads: options.threads, kernels: options.kernels)
    executor = Executor(
      plan: plan, parameters: parameters, pool: ThreadPool(threads: options.threads))
    multiplyAdds = plan.multiplyAdds
    input = randomValues(plan.inputShapes[0].count)
  }

  /// Writes the input: its memory serves other values later in a pass.
  func prepare() { executor.inputs[0].write(input) }

  /// Computes the logits.
  func run() { executor.forward() }
}

/// A training step of a U-Net of depth 4 with one output: forward pass, binary cross-entropy,
/// backward pass, AdamW.
final class TrainingBenchmark: Benchmark {
  let multiplyAdds: Int
  private let trainer: Trainer
  private let batch: Batch
  private let input: [Float]
  private var step = 0

  /// Allocates the network with random weights and a random batch.
  init(base: Int, side: Int, images: Int, options: BenchmarkOptions) throws {
    let graph = UNet(base: base, depth: 4).graph(bands: BenchmarkCase.bands, outputs: 1)
    let parameters = ParameterStore(graph: graph, withGradients: true)
    parameters.initialise(seed: 1)
    let shape = Shape(images, side, side, BenchmarkCase.bands)
    trainer = try Trainer(
      parameters: parameters, graph: graph, batchShape: shape,
      loss: WeightedSum(
        [(BinaryCrossEntropy.component.name, try defaults(BinaryCrossEntropy.component))],
        classes: 1),
      optimiser: AdamW(try defaults(AdamW.component)),
      schedule: ConstantSchedule(try defaults(ConstantSchedule.component)),
      options: TrainingOptions(epochs: 1, stepsPerEpoch: 1000),
      pool: ThreadPool(threads: options.threads), kernels: options.kernels)
    // a convolution's backward pass is two more: by its input and by its weights
    let forward = try Plan(
      graph: graph, inputShapes: [shape], isTraining: false, threads: options.threads)
    multiplyAdds = 3 * forward.multiplyAdds
    var generator = SeededGenerator(seed: 2)
    var batch = trainer.makeBatch()
    batch.labels = (0..<shape.pixels).map { _ in UInt8(generator.index(below: 2)) }
    self.batch = batch
    input = randomValues(shape.count)
  }

  /// Writes the input: its memory serves other values later in a step.
  func prepare() { batch.input.write(input) }

  /// Makes a step.
  func run() throws {
    _ = try trainer.step(target: .labels(batch.labels), index: step)
    step += 1
  }
}

/// Values for an input: normal, mean 0, variance 1.
func randomValues(_ count: Int) -> [Float] {
  var generator = SeededGenerator(seed: 3)
  return (0..<count).map { _ in Float(generator.normal()) }
}

/// A component's settings where nothing is written.
private func defaults(_ component: Component) throws -> Settings {
  try Settings(
    decoding: YAMLNode.parse(text: "{}"), as: component.settings,
    in: DecodingContext(file: "", baseDirectory: ""))
}
