import Engine
import Testing

/// The receptive field that a graph declares, against what a changed input pixel changes.
struct ReceptiveFieldTests {
  @Test func noOutputBeyondTheDeclaredFieldChanges() throws {
    let graph = Self.graph()
    let size = 64
    guard case .finite(_, let before, let after) = graph.receptiveField else {
      Issue.record("the field of convolutions is finite")
      return
    }
    let runner = try Runner(graph: graph, size: size)
    let base = runner.outputs(changing: nil)
    var reachedLeft = 0
    var reachedRight = 0
    for column in 24..<32 {
      let changed = runner.outputs(changing: column)
      for (output, (a, b)) in zip(base, changed).enumerated() where a != b {
        // output pixel `output` reads input columns output - before ... output + after
        #expect(column >= output - Int(before) && column <= output + Int(after))
        reachedLeft = max(reachedLeft, output - column)
        reachedRight = max(reachedRight, column - output)
      }
    }
    // and it is not declared much wider than it is
    #expect(reachedLeft > Int(before) - graph.totalStride)
    #expect(reachedRight > Int(after) - graph.totalStride)
  }

  @Test func aConvolutionOfThreeTapsReachesOnePixel() {
    let builder = GraphBuilder()
    let x = builder.input(channels: 1)
    let graph = builder.graph(
      outputs: [builder.convolution(x, "a", outputs: 1, kernel: 3, padding: 1)])
    #expect(graph.receptiveField == .finite(step: 1, before: 1, after: 1))
    #expect(graph.halo == 1)
    #expect(graph.totalStride == 1)
  }

  @Test func aStridedConvolutionWithoutPaddingReachesForward() {
    let builder = GraphBuilder()
    let x = builder.input(channels: 1)
    let graph = builder.graph(outputs: [
      builder.convolution(x, "a", outputs: 1, kernel: 3, stride: 2)
    ])
    // output i reads inputs 2i ... 2i + 2: one beyond its own two pixels
    #expect(graph.receptiveField == .finite(step: 2, before: 0, after: 1))
  }

  private static func graph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 1)
    let skip = builder.convolution(x, "a", outputs: 2, kernel: 3, padding: 1)
    let deep = builder.convolution(builder.maxPool(skip), "b", outputs: 2, kernel: 3, padding: 1)
    let deeper = builder.convolution(builder.maxPool(deep), "c", outputs: 2, kernel: 3, padding: 1)
    let up = builder.transposedConvolution(deeper, "d", outputs: 2, kernel: 2, stride: 2)
    let upper = builder.transposedConvolution(
      builder.concatenate([deep, up]), "e", outputs: 2, kernel: 2, stride: 2)
    return builder.graph(
      outputs: [
        builder.convolution(
          builder.concatenate([skip, upper]), "f", outputs: 1, kernel: 3, padding: 1)
      ])
  }
}

/// One row of outputs from one row of random inputs.
private final class Runner {
  let executor: Executor
  let input: [Double]

  init(graph: Graph, size: Int) throws {
    let store = ParameterStore(graph: graph, type: .float64)
    store.initialise(seed: 5)
    executor = Executor(
      plan: try Plan(
        graph: graph, inputShapes: [Shape(1, 4, size, 1)], isTraining: false, type: .float64,
        threads: 1),
      parameters: store, pool: ThreadPool(threads: 1))
    var generator = SeededGenerator(seed: 6)
    input = (0..<4 * size).map { _ in generator.normal() }
  }

  /// All outputs of the first row; `column`: add to the inputs of this column.
  func outputs(changing column: Int?) -> [Double] {
    let view = executor.inputs[0]
    var changed = input
    if let column {
      for row in 0..<view.shape.height { changed[row * view.shape.width + column] += 10 }
    }
    view.write(changed)
    executor.forward()
    return Array(executor.outputs[0].doubles().prefix(view.shape.width))
  }
}
