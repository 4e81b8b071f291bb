@testable import Engine
import Testing

/// What the plan decides before anything is computed.
struct PlanTests {
  @Test func skipsAndRectifiersLieInsideTheConcatenation() throws {
    let graph = Self.skipGraph()
    let plan = try Plan(
      graph: graph, inputShapes: [Shape(1, 8, 8, 2)], isTraining: true, threads: 1)
    let joined = try #require(graph.nodes.first { $0.operation is Concatenation })
    let home = plan.placement.homes[joined.output.index]
    for input in joined.inputs {
      #expect(plan.placement.homes[input.index].buffer == home.buffer)
    }
    #expect(plan.placement.homes[joined.inputs[1].index].channel == 4)
  }

  @Test func predictionNeedsLessMemoryThanTraining() throws {
    let graph = Self.skipGraph()
    let shape = Shape(1, 64, 64, 2)
    let predicting = try Plan(graph: graph, inputShapes: [shape], isTraining: false, threads: 1)
    let training = try Plan(graph: graph, inputShapes: [shape], isTraining: true, threads: 1)
    #expect(predicting.arenaBytes * 3 < training.arenaBytes * 2)
  }

  @Test func buffersThatLiveAtTheSameTimeDoNotOverlap() {
    var generator = SeededGenerator(seed: 3)
    let requests = (0..<200).map { _ in
      let first = generator.index(below: 100)
      return Arena.Request(
        bytes: 1 + generator.index(below: 5000), first: first,
        last: first + generator.index(below: 20))
    }
    let arena = Arena(requests)
    for (i, a) in requests.enumerated() {
      #expect(arena.offsets[i] % Memory.alignment == 0)
      #expect(arena.offsets[i] + a.bytes <= arena.byteCount)
      for (j, b) in requests.enumerated() where j < i && a.first <= b.last && b.first <= a.last {
        #expect(
          arena.offsets[i] + a.bytes <= arena.offsets[j]
            || arena.offsets[j] + b.bytes <= arena.offsets[i])
      }
    }
    #expect(arena.byteCount < requests.reduce(0) { $0 + $1.bytes } / 2)
  }

  @Test func anInputOfOtherChannelsIsRefused() {
    #expect(
      throws: GraphError("the network takes inputs of [2] channels, found [3]")
    ) {
      try Plan(
        graph: Self.skipGraph(), inputShapes: [Shape(1, 8, 8, 3)], isTraining: false, threads: 1)
    }
  }

  @Test func anImageSmallerThanTheNetworkIsRefusedWithTheNode() {
    #expect(
      throws: GraphError("pool (max_pool2d): an image of 1×1×8×4 is smaller than the 2×2 window")
    ) {
      try Plan(
        graph: Self.skipGraph(), inputShapes: [Shape(1, 1, 8, 2)], isTraining: false, threads: 1)
    }
  }

  private static func skipGraph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 2)
    let skip = builder.relu(
      builder.batchNorm(builder.convolution(x, "a", outputs: 4, kernel: 3, padding: 1), "n"))
    let up = builder.transposedConvolution(
      builder.maxPool(skip), "b", outputs: 4, kernel: 2, stride: 2)
    let joined = builder.concatenate([skip, builder.fit(up, to: skip)])
    return builder.graph(outputs: [builder.convolution(joined, "c", outputs: 1, kernel: 1)])
  }
}
