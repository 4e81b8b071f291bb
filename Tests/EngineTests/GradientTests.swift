import Engine
import TestSupport
import Testing

/// Gradients of whole graphs against central differences, in double with the naive kernels.
struct GradientTests {
  /// Every operation that is built, in graphs that share, concatenate and fit.
  static let graphs: [(name: String, graph: Graph, shape: Shape)] = [
    ("skip of an odd size", skipGraph(), Shape(2, 7, 5, 3)),
    ("value read three times", fanOutGraph(), Shape(1, 4, 6, 2)),
    ("strides, groups and dilation", convolutionGraph(), Shape(2, 9, 8, 4)),
    ("slopes, averages and gates", contextGraph(), Shape(2, 9, 6, 3)),
    ("group norms", groupNormGraph(), Shape(2, 5, 4, 3)),
    ("two dates of an image too small", twoDateGraph(), Shape(2, 3, 6, 6)),
    ("ranges of a value with a gradient", rangeGraph(), Shape(2, 5, 4, 2)),
    ("transformer", transformerGraph(), Shape(3, 7, 6, 3)),
    ("depthwise convolutions", depthwiseGraph(), Shape(2, 9, 8, 3)),
    ("pyramid", pyramidGraph(), Shape(2, 7, 10, 3)),
    ("matrix product", productGraph(), Shape(2, 3, 2, 3)),
  ]

  @Test(arguments: graphs.indices)
  func gradientsAgreeWithDifferences(index: Int) throws {
    let (name, graph, shape) = Self.graphs[index]
    let probe = try Probe(graph: graph, shape: shape)
    let gradients = probe.gradients()
    var checked = 0
    for (parameter, gradient) in gradients.enumerated() where !gradient.isEmpty {
      for element in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 5)) {
        let difference = probe.difference(parameter: parameter, element: element)
        // h = 1e-6 leaves a truncation error of about 1e-9 and a rounding error of about 1e-10
        #expect(
          abs(difference - gradient[element]) <= 1e-6 * max(1, abs(difference)),
          "\(name), \(graph.parameters[parameter].name)[\(element)]: \(difference)")
        checked += 1
      }
    }
    #expect(checked > 10)
  }

  @Test(arguments: graphs.indices)
  func fastKernelsGiveTheSameGradientsOnAnyThreads(index: Int) throws {
    let (_, graph, shape) = Self.graphs[index]
    let expected = try Probe(graph: graph, shape: shape).gradients()
    let runs = try [1, 2, 3].map {
      try Probe(graph: graph, shape: shape, kernels: .fast, threads: $0).gradients()
    }
    for (naive, fast) in zip(expected, runs[0]) {
      #expect(maxAbsDifference(naive, fast) <= 1e-12 * max(1, maxAbs(naive)))
    }
    #expect(runs[0] == runs[1] && runs[1] == runs[2], "the bits depend on the number of threads")
  }

  private static func skipGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 3)
    let skip = builder.relu(
      builder.batchNorm(builder.convolution(x, "a", outputs: 4, kernel: 3, padding: 1), "n"))
    let deep = builder.convolution(builder.maxPool(skip), "b", outputs: 5, kernel: 3, padding: 1)
    let up = builder.transposedConvolution(deep, "c", outputs: 3, kernel: 2, stride: 2)
    let joined = builder.concatenate([skip, builder.fit(up, to: skip)])
    return builder.graph(outputs: [builder.convolution(joined, "d", outputs: 2, kernel: 1)])
  }

  private static func fanOutGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 2)
    let a = builder.convolution(x, "a", outputs: 3, kernel: 3, padding: 1)
    let b = builder.convolution(a, "b", outputs: 2, kernel: 1)
    let first = builder.concatenate([a, b])
    // `a` is read again after its concatenation, so it cannot lie inside it
    let second = builder.concatenate([builder.batchNorm(a, "n"), first, a])
    return builder.graph(outputs: [builder.convolution(second, "c", outputs: 2, kernel: 3)])
  }

  private static func transformerGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.linear(builder.fit(builder.input(channels: 3), toAtLeast: 8), "a", outputs: 6)
    let seen = builder.selfAttention(builder.layerNorm(x, "n"), "b", heads: 2, reduction: 2)
    let y = builder.dropPath(seen, onto: x, rate: 0.4)
    let wide = builder.gelu(builder.linear(builder.layerNorm(y, "m"), "c", outputs: 9))
    let z = builder.add(builder.linear(wide, "d", outputs: 6), y)
    let kept = builder.dropout(builder.dropout(z, rate: 0.3), rate: 0.2, wholeChannels: true)
    return builder.graph(outputs: [
      builder.softmax(builder.softmax(builder.linear(kept, "e", outputs: 4)), logarithmic: true)
    ])
  }

  private static func depthwiseGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.linear(builder.input(channels: 3), "a", outputs: 5, bias: false)
    let y = builder.depthwiseConvolution(x, "b", kernel: 3, padding: 1, gelu: true)
    let z = builder.convolution(
      y, "c", outputs: 5, kernel: 3, padding: 2, dilation: 2, groups: 5, bias: false)
    let half = builder.depthwiseConvolution(z, "d", kernel: 3, stride: 2, gelu: true)
    return builder.graph(outputs: [builder.add(builder.resize(half, to: y), y)])
  }

  private static func productGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 3)
    let first = builder.linear(x, "a", outputs: 6)  // as many channels as there are pixels
    return builder.graph(outputs: [
      builder.matrixProduct(first, builder.matrixProduct(first, builder.linear(x, "b", outputs: 4)))
    ])
  }

  private static func pyramidGraph() -> Graph {
    let builder = GraphBuilder()
    let image = builder.input(channels: 3)
    let x = builder.convolution(image, "a", outputs: 4, kernel: 3, padding: 1)
    let deep = builder.convolution(x, "b", outputs: 5, kernel: 3, stride: 2, padding: 1)
    let deeper = builder.convolution(deep, "c", outputs: 3, kernel: 2, stride: 2)
    let joined = builder.pyramidProjection(
      [x, deep, deeper], "d", levelNames: ["e.0", "e.1", "e.2"], fuseName: "f", outputs: 6)
    return builder.graph(outputs: [builder.crop(builder.resize(joined, by: 2), to: image)])
  }

  private static func convolutionGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 4)
    let a = builder.convolution(x, "a", outputs: 6, kernel: 3, stride: 2, padding: 1, groups: 2)
    let b = builder.convolution(a, "b", outputs: 4, kernel: 3, padding: 2, dilation: 2)
    let c = builder.transposedConvolution(
      b, "c", outputs: 3, kernel: 3, stride: 2, padding: 1, outputPadding: 1)
    let d = builder.convolution(c, "d", outputs: 3, kernel: 2, stride: 2)
    return builder.graph(outputs: [d])
  }

  private static func contextGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 3)
    let injected = builder.averagePool(x, size: 3, stride: 2, padding: 1)
    let a = builder.convolution(x, "a", outputs: 4, kernel: 3, stride: 2, padding: 1)
    let joined = builder.concatenate([a, injected])
    let b = builder.convolution(builder.prelu(joined, "p"), "b", outputs: 5, kernel: 1)
    let mean = builder.globalAveragePool(b)
    let gate = builder.sigmoid(builder.convolution(mean, "g", outputs: 5, kernel: 1))
    let gated = builder.gate(b, by: gate)
    // read again after the gate, and averaged once more
    let again = builder.prelu(builder.gate(gated, by: gate), "q")
    let pooled = builder.averagePool(builder.concatenate([b, again]), size: 2, stride: 1)
    return builder.graph(outputs: [builder.convolution(pooled, "c", outputs: 2, kernel: 1)])
  }

  private static func groupNormGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 3)
    let a = builder.convolution(x, "a", outputs: 6, kernel: 3, padding: 1)
    let first = builder.relu(builder.groupNorm(a, "n", groups: 2))
    // `a` is read again, so that one of its gradients is added
    let second = builder.groupNorm(a, "m", groups: 6)
    return builder.graph(outputs: [
      builder.convolution(
        builder.concatenate([first, second, builder.groupNorm(second, "l", groups: 1)]), "b",
        outputs: 2, kernel: 1)
    ])
  }

  private static func twoDateGraph() -> Graph {
    let builder = GraphBuilder()
    let input = builder.input(channels: 6)
    let x = builder.fit(input, toAtLeast: 4)
    let dates = [0, 3].map { first in
      builder.relu(
        builder.convolution(
          builder.channels(x, from: first, count: 3), "a", outputs: 4, kernel: 3, padding: 1))
    }
    let change = builder.absoluteDifference(dates[0], dates[1])
    let joined = builder.concatenate([dates[0], change, dates[1]])
    let y = builder.convolution(joined, "b", outputs: 2, kernel: 3, padding: 1)
    return builder.graph(outputs: [builder.crop(y, to: input)])
  }

  private static func rangeGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 2)
    let a = builder.convolution(x, "a", outputs: 6, kernel: 3, padding: 1)
    let low = builder.relu(builder.channels(a, from: 0, count: 3))
    let high = builder.channels(a, from: 2, count: 4)
    let b = builder.convolution(high, "b", outputs: 3, kernel: 1)
    // `a` itself is read between its ranges, and channel 2 by both of them
    let c = builder.convolution(a, "c", outputs: 2, kernel: 1)
    let last = builder.channels(a, from: 5, count: 1)
    let joined = builder.concatenate([low, b, c, last])
    return builder.graph(outputs: [builder.convolution(joined, "d", outputs: 2, kernel: 3)])
  }
}

/// A graph with random weights and input, and the loss Σ coefficient · output.
private final class Probe {
  let store: ParameterStore
  let executor: Executor
  let input: [Double]
  let coefficients: [Double]

  init(graph: Graph, shape: Shape, kernels: KernelChoice = .naive, threads: Int = 2) throws {
    store = ParameterStore(graph: graph, type: .float64, withGradients: true)
    store.initialise(seed: 1)
    executor = Executor(
      plan: try Plan(
        graph: graph, inputShapes: [shape], isTraining: true, type: .float64, threads: threads,
        kernels: kernels),
      parameters: store, pool: ThreadPool(threads: threads))
    var generator = SeededGenerator(seed: 2)
    input = (0..<shape.count).map { _ in generator.normal() }
    coefficients = (0..<executor.outputs[0].shape.count).map { _ in generator.normal() }
  }

  func loss() -> Double {
    executor.inputs[0].write(input)
    executor.forward()
    return zip(executor.outputs[0].doubles(), coefficients).reduce(0) { $0 + $1.0 * $1.1 }
  }

  func gradients() -> [[Double]] {
    store.clearGradients()
    _ = loss()
    executor.outputGradients[0].write(coefficients)
    executor.backward()
    return store.declarations.indices.map { store.gradientDoubles($0) }
  }

  func difference(parameter: Int, element: Int) -> Double {
    let original = store.doubles(parameter)
    func loss(moved step: Double) -> Double {
      var moved = original
      moved[element] += step
      store.set(parameter, to: moved)
      defer { store.set(parameter, to: original) }
      return self.loss()
    }
    return (loss(moved: 1e-6) - loss(moved: -1e-6)) / 2e-6
  }
}
