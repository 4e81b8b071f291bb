import Engine

/// One layer alone, with random weights: its forward pass as in prediction, or its backward pass.
final class LayerBenchmark: Benchmark {
  /// What is timed.
  enum Pass: String, CaseIterable {
    /// The forward pass of a prediction.
    case forward
    /// The backward pass: gradients by weights and by input.
    case backward
  }

  let multiplyAdds: Int
  let bytes: Int
  private let executor: Executor
  private let pass: Pass
  private let input: [Float]
  private let gradient: [Float]

  /// Allocates the layer.
  ///
  /// - Parameters:
  ///   - shape: The shape of its input.
  ///   - pass: What is timed.
  ///   - options: Threads and kernels.
  ///   - layer: Adds it to a graph that has an input.
  init(
    shape: Shape, pass: Pass, options: BenchmarkOptions, _ layer: (GraphBuilder, Value) -> Value
  ) throws {
    let builder = GraphBuilder()
    let output = layer(builder, builder.input(channels: shape.channels))
    let graph = builder.graph(outputs: [output])
    let isTraining = pass == .backward
    let parameters = ParameterStore(graph: graph, withGradients: isTraining)
    parameters.initialise(seed: 1)
    let plan = try Plan(
      graph: graph, inputShapes: [shape], isTraining: isTraining, withInputGradients: isTraining,
      threads: options.threads, kernels: options.kernels)
    executor = Executor(
      plan: plan, parameters: parameters, pool: ThreadPool(threads: options.threads))
    self.pass = pass
    multiplyAdds = plan.multiplyAdds * (isTraining ? 2 : 1)
    let elements = shape.count + plan.outputShapes[0].count
    // the backward pass reads the input and the output's gradient, and writes the input's gradient
    bytes = plan.context.type.size * (elements + (isTraining ? shape.count : 0))
    input = randomValues(shape.count)
    gradient = isTraining ? randomValues(plan.outputShapes[0].count) : []
  }

  /// Writes what the pass reads.
  func prepare() {
    executor.inputs[0].write(input)
    guard pass == .backward else { return }
    executor.forward()
    executor.parameters.clearGradients()
    executor.outputGradients[0].write(gradient)
  }

  /// Computes the output or the gradients.
  func run() {
    switch pass {
    case .forward: executor.forward()
    case .backward: executor.backward()
    }
  }
}
