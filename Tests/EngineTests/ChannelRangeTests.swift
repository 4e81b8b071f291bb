import Testing

@testable import Engine

struct ChannelRangeTests {
  private static func twoDates() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 6)
    let image = builder.fit(x, toAtLeast: 2)
    let halves = [0, 3].map { first in
      builder.convolution(
        builder.channels(image, from: first, count: 3), "a", outputs: 2, kernel: 3, padding: 1)
    }
    return builder.graph(outputs: [builder.absoluteDifference(halves[0], halves[1])])
  }

  private static func plan(_ graph: Graph, training: Bool, inputGradients: Bool) throws -> Plan {
    try Plan(
      graph: graph, inputShapes: [Shape(1, 8, 8, 6)], isTraining: training,
      withInputGradients: inputGradients, threads: 1)
  }

  @Test("A range is a view of its input, unless that needs a gradient")
  func isView() throws {
    let graph = Self.twoDates()
    for (training, inputGradients) in [(false, false), (true, false), (true, true)] {
      let plan = try Self.plan(graph, training: training, inputGradients: inputGradients)
      let ranges = graph.nodes.filter { $0.operation is ChannelRange }
      #expect(ranges.count == 2)
      for (range, first) in zip(ranges, [0, 3]) {
        let home = plan.placement.homes[range.output.index]
        let view = Placement.Home(
          buffer: plan.placement.homes[graph.inputs[0].index].buffer, channel: first)
        #expect((home == view) == !inputGradients)
      }
    }
  }

  @Test("Nothing is computed, and no memory taken, for gradients that nobody wants")
  func unwantedGradients() throws {
    let graph = Self.twoDates()
    let without = try Self.plan(graph, training: true, inputGradients: false)
    let with = try Self.plan(graph, training: true, inputGradients: true)
    let wanted = graph.nodes.map { without.hasGradient[$0.output.index] }
    #expect(
      wanted == graph.nodes.map { !($0.operation is ChannelRange || $0.operation is LeastSize) })
    #expect(graph.nodes.allSatisfy { with.hasGradient[$0.output.index] })
    #expect(without.arenaBytes < with.arenaBytes)
  }

  @Test("A rectifier behind a range leaves the image as it is")
  func rectifierBehindRange() throws {
    let builder = GraphBuilder()
    let x = builder.input(channels: 2)
    let low = builder.relu(builder.channels(x, from: 0, count: 1))
    let whole = builder.relu(builder.fit(x, toAtLeast: 1))
    let graph = builder.graph(outputs: [builder.concatenate([low, whole, x])])
    let plan = try Plan(
      graph: graph, inputShapes: [Shape(1, 1, 2, 2)], isTraining: false, threads: 1)
    let executor = Executor(
      plan: plan, parameters: ParameterStore(graph: graph), pool: ThreadPool(threads: 1))
    executor.inputs[0].write([-1.0, 2, 3, -4])
    executor.forward()
    #expect(executor.outputs[0].doubles() == [0, 0, 2, -1, 2, 3, 3, 0, 3, -4])
  }

  @Test("Channels that are not there are refused")
  func outside() {
    #expect(throws: GraphError("1×2×2×3 has no channels 2 to 3, counted from 0")) {
      try ChannelRange(first: 2, count: 2).outputShape(of: [Shape(1, 2, 2, 3)])
    }
  }
}
