import CKernels
import TestSupport
import Testing

@testable import Engine

/// Operations that prediction joins, against the same graph in double, where nothing is joined.
struct JoiningTests {
  /// A block of CGNet, behind a convolution that may be strided.
  private static func block(channels: Int, kernel: Int, stride: Int, dilation: Int) -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 5)
    func activate(_ x: Value, _ name: String) -> Value {
      builder.prelu(builder.batchNorm(x, "\(name).bn"), "\(name).act")
    }
    let a = activate(
      builder.convolution(
        x, "a", outputs: channels, kernel: kernel, stride: stride, padding: kernel / 2,
        bias: false), "a")
    let near = builder.depthwiseConvolution(a, "near", kernel: 3, padding: 1, bias: false)
    let around = builder.depthwiseConvolution(
      a, "around", kernel: 3, padding: dilation, dilation: dilation, bias: false)
    let pair = activate(builder.concatenate([near, around]), "pair")
    let gate = builder.sigmoid(
      builder.linear(builder.globalAveragePool(pair), "gate", outputs: 2 * channels))
    let other = builder.convolution(a, "b", outputs: 2 * channels, kernel: 1)
    let sum = builder.add(builder.gate(pair, by: gate), other)
    return builder.graph(outputs: [activate(builder.concatenate([sum, a]), "c")])
  }

  private func outputs(
    _ graph: Graph, _ shape: Shape, _ type: ElementType, isTraining: Bool = false
  ) throws -> (kinds: [String], values: [Double]) {
    let store = ParameterStore(graph: graph, type: type)
    store.initialise(seed: 3)
    var generator = SeededGenerator(seed: 4)
    for (index, declaration) in graph.parameters.enumerated() {
      // norms and slopes that are not those of a new network
      switch declaration.role {
      case .slope, .normBias, .runningMean:
        store.set(index, to: (0..<declaration.count).map { _ in 0.3 * generator.normal() })
      case .normWeight, .runningVariance:
        store.set(index, to: (0..<declaration.count).map { _ in abs(generator.normal()) + 0.5 })
      default: break
      }
    }
    let plan = try Plan(
      graph: graph, inputShapes: [shape], isTraining: isTraining, type: type, threads: 2)
    let executor = Executor(plan: plan, parameters: store, pool: ThreadPool(threads: 2))
    executor.inputs[0].write((0..<shape.count).map { _ in generator.normal() })
    executor.forward()
    return (plan.graph.nodes.map(\.operation.kind), executor.outputs[0].doubles())
  }

  @Test(
    "Joined operations compute the same",
    arguments: [
      (3, 1, 1, 2, 9, 7), (4, 3, 2, 4, 33, 20), (40, 1, 1, 4, 5, 3), (17, 3, 1, 2, 12, 40),
      (16, 5, 2, 8, 1, 1),
    ], instructionSets)
  func same(_ geometry: (Int, Int, Int, Int, Int, Int), _ isa: rs_isa) throws {
    let (channels, kernel, stride, dilation, height, width) = geometry
    let graph = Self.block(
      channels: channels, kernel: kernel, stride: stride, dilation: dilation)
    let shape = Shape(2, height, width, 5)
    let expected = try outputs(graph, shape, .float64)
    rs_isa_use_in_thread(Int32(isa.rawValue))
    defer { rs_isa_use_in_thread(-1) }
    let found = try outputs(graph, shape, .float32)
    // a dozen layers of single precision
    #expect(maxAbsDifference(found.values, expected.values) <= 1e-5 * maxAbs(expected.values))
    #expect(
      found.kinds == [
        "conv2d + batch_norm + prelu", "depthwise_conv2d pair + batch_norm + prelu",
        "global_avg_pool", "linear", "sigmoid", "conv2d", "channel_gate + add", "concatenation",
        "batch_norm + prelu",
      ])
    #expect(expected.kinds.count == graph.nodes.count)
  }

  @Test("Training joins nothing")
  func training() throws {
    let graph = Self.block(channels: 4, kernel: 1, stride: 1, dilation: 2)
    let kinds = try Plan(
      graph: graph, inputShapes: [Shape(1, 8, 8, 5)], isTraining: true, threads: 1
    ).graph.nodes.map(\.operation.kind)
    #expect(kinds.contains("channel_gate") && kinds.contains("prelu") && kinds.contains("add"))
  }

  @Test("What something else reads is not joined away")
  func otherReaders() throws {
    let builder = GraphBuilder()
    let x = builder.input(channels: 4)
    let near = builder.depthwiseConvolution(x, "near", kernel: 3, padding: 1, bias: false)
    let around = builder.depthwiseConvolution(
      x, "around", kernel: 3, padding: 2, dilation: 2, bias: false)
    let normed = builder.batchNorm(builder.concatenate([near, around]), "n")
    let gated = builder.gate(builder.prelu(normed, "p"), by: builder.globalAveragePool(normed))
    let graph = builder.graph(outputs: [builder.add(gated, normed), gated])
    let kinds = try Plan(
      graph: graph, inputShapes: [Shape(1, 8, 8, 4)], isTraining: false, threads: 1
    ).graph.nodes.map(\.operation.kind)
    #expect(kinds == graph.nodes.map(\.operation.kind))
  }
}
