import Testing

@testable import Engine

/// The pyramid's decoder in its fast form against the double one, which is folded too, and against
/// the operations that it stands for.
struct PyramidProjectionTests {
  private static let sizes = [Shape(2, 13, 50, 20), Shape(2, 7, 25, 33), Shape(2, 4, 13, 8)]
  private static let width = 37

  /// The decoder with what follows it; `plain`: written out as the definition has it.
  private func graph(plain: Bool, outputs: Int) -> Graph {
    let builder = GraphBuilder()
    let levels = Self.sizes.map { builder.input(channels: $0.channels) }
    var y: Value
    if plain {
      let mapped = levels.enumerated().map { index, level in
        builder.resize(
          builder.linear(level, "head.maps.\(index)", outputs: Self.width), to: levels[0])
      }
      y = builder.convolution(
        builder.concatenate(mapped.reversed()), "head.fuse", outputs: Self.width, kernel: 1,
        bias: false)
    } else {
      y = builder.pyramidProjection(
        levels, "head", levelNames: levels.indices.map { "maps.\($0)" }, fuseName: "fuse",
        outputs: Self.width)
    }
    y = builder.dropout(builder.relu(builder.batchNorm(y, "norm")), rate: 0)
    return builder.graph(outputs: [
      builder.convolution(y, "classifier", outputs: outputs, kernel: 1)
    ])
  }

  private func logits(
    _ graph: Graph, type: ElementType = .float32, threads: Int = 2, kernels: KernelChoice = .fast
  ) throws -> [Double] {
    let store = ParameterStore(graph: graph, type: type)
    for (index, declaration) in store.declarations.enumerated() {
      // the same values whatever the order of the parameters
      var generator = SeededGenerator(
        seed: UInt64(declaration.name.utf8.reduce(0) { 31 * $0 % 9973 + Int($1) }))
      store.set(
        index,
        to: (0..<declaration.count).map { _ in
          declaration.role == .runningVariance ? 0.5 + generator.uniform() : generator.normal()
        })
    }
    let executor = Executor(
      plan: try Plan(
        graph: graph, inputShapes: Self.sizes, isTraining: false, type: type, threads: threads,
        kernels: kernels),
      parameters: store, pool: ThreadPool(threads: threads))
    var generator = SeededGenerator(seed: 4)
    for input in executor.inputs {
      input.write((0..<input.shape.count).map { _ in Double(Float(generator.normal())) })
    }
    executor.forward()
    return executor.outputs[0].doubles()
  }

  @Test(arguments: [1, 5, 20])
  func foldedAndInOnePassItIsWhatItsDefinitionGives(outputs: Int) throws {
    let expected = try logits(graph(plain: true, outputs: outputs), type: .float64)
    let scale = expected.map(abs).max() ?? 1
    for (type, kernels, tolerance) in [
      (ElementType.float64, KernelChoice.fast, 1e-12), (.float32, .naive, 1e-5),
      (.float32, .exact, 1e-5), (.float32, .fast, 1e-5),
    ] {
      let found = try logits(
        graph(plain: false, outputs: outputs), type: type, kernels: kernels)
      let error = zip(expected, found).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(error <= tolerance * scale, "\(type), \(kernels)")
    }
  }

  @Test func bitsDoNotDependOnTheNumberOfThreads() throws {
    let graph = graph(plain: false, outputs: 5)
    let runs = try [1, 2, 3].map { try logits(graph, threads: $0) }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test func predictionTakesInWhatFollows() throws {
    let graph = graph(plain: false, outputs: 5)
    func kinds(_ type: ElementType, training: Bool) throws -> [String] {
      try Plan(
        graph: graph, inputShapes: Self.sizes, isTraining: training, type: type, threads: 1
      ).layers.map(\.kind)
    }
    #expect(
      try kinds(.float32, training: false)
        == ["pyramid_projection + batch_norm + relu + conv2d"])
    let all = ["pyramid_projection", "batch_norm", "relu", "dropout", "conv2d"]
    #expect(try kinds(.float32, training: true) == all)
    #expect(try kinds(.float64, training: false) == all)
  }
}
