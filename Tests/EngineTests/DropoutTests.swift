import Testing

@testable import Engine

/// What is left out, how often, and that the draws can be made again.
struct DropoutTests {
  /// An executor of one operation behind a 1×1 convolution of weight 1 (so that there is a gradient).
  private func executor(
    training: Bool, type: ElementType = .float32, threads: Int = 2, shape: Shape,
    _ operation: (GraphBuilder, Value) -> Value
  ) throws -> Executor {
    let builder = GraphBuilder()
    let x = builder.input(channels: shape.channels)
    let graph = builder.graph(outputs: [operation(builder, x)])
    return Executor(
      plan: try Plan(
        graph: graph, inputShapes: [shape], isTraining: training, withInputGradients: training,
        type: type, threads: threads),
      parameters: ParameterStore(graph: graph, type: type, withGradients: training),
      pool: ThreadPool(threads: threads))
  }

  private func ones(_ executor: Executor, step: UInt64, seed: UInt64 = 0) -> [Double] {
    executor.draws.seed = seed
    executor.draws.step = step
    executor.inputs[0].write(Array(repeating: 1.0, count: executor.inputs[0].shape.count))
    executor.forward()
    return executor.outputs[0].doubles()
  }

  @Test(arguments: [0.1, 0.5, 0.9])
  func whatIsKeptIsScaledAndSoOftenLeftOut(rate: Double) throws {
    let executor = try executor(training: true, shape: Shape(2, 32, 33, 37)) {
      $0.dropout($1, rate: rate)
    }
    let values = ones(executor, step: 3)
    let kept = values.count { $0 != 0 }
    #expect(values.allSatisfy { $0 == 0 || abs($0 - 1 / (1 - rate)) < 1e-6 / (1 - rate) })
    // 78144 draws: five deviations of their share
    let deviation = (rate * (1 - rate) / Double(values.count)).squareRoot()
    #expect(abs(Double(kept) / Double(values.count) - (1 - rate)) <= 5 * deviation)
    executor.outputGradients[0].write(Array(repeating: 1.0, count: values.count))
    executor.backward()
    #expect(executor.inputGradients[0].doubles() == values, "another mask on the way back")
  }

  @Test func drawsFollowFromSeedStepAndOperationAlone() throws {
    func values(step: UInt64, seed: UInt64, threads: Int = 2, type: ElementType = .float32) throws
      -> [Double]
    {
      try ones(
        executor(training: true, type: type, threads: threads, shape: Shape(1, 9, 8, 20)) {
          $0.dropout($0.dropout($1, rate: 0.3), rate: 0.4)
        }, step: step, seed: seed
      ).map { $0 > 0 ? 1 : 0 }
    }
    let first = try values(step: 1, seed: 1)
    #expect(try values(step: 1, seed: 1) == first)
    #expect(try values(step: 1, seed: 1, threads: 3) == first)
    #expect(try values(step: 1, seed: 1, type: .float64) == first)
    #expect(try values(step: 2, seed: 1) != first)
    #expect(try values(step: 1, seed: 2) != first)
    // two operations draw apart: both keep an element with probability 0.42, not 0.6
    let kept = first.reduce(0, +) / Double(first.count)
    #expect(abs(kept - 0.42) < 0.07)
  }

  @Test func predictionChangesNothing() throws {
    for wholeChannels in [false, true] {
      let executor = try executor(training: false, shape: Shape(1, 3, 4, 5)) {
        $0.dropout($1, rate: 0.5, wholeChannels: wholeChannels)
      }
      #expect(ones(executor, step: 1).allSatisfy { $0 == 1 })
    }
  }

  @Test func channelsAreLeftOutAsAWhole() throws {
    let executor = try executor(training: true, shape: Shape(3, 4, 5, 40)) {
      $0.dropout($1, rate: 0.5, wholeChannels: true)
    }
    let values = ones(executor, step: 1)
    for image in 0..<3 {
      for channel in 0..<40 {
        let channelValues = (0..<20).map { values[(image * 20 + $0) * 40 + channel] }
        #expect(Set(channelValues).count == 1)
      }
    }
    #expect(Set(values) == [0, 2])
  }

  @Test func branchesAreLeftOutImageByImage() throws {
    let executor = try executor(training: true, shape: Shape(40, 2, 3, 4)) {
      $0.dropPath($0.gelu($1), onto: $1, rate: 0.5)
    }
    let values = ones(executor, step: 5)
    let branch = 0.8413447460685429  // gelu(1)
    var kept = 0
    for image in 0..<40 {
      let found = Set(values[image * 24..<(image + 1) * 24])
      #expect(found.count == 1)
      let value = found.first ?? 0
      if value > 1.5 { kept += 1 }
      #expect(abs(value - 1) < 1e-6 || abs(value - 1 - 2 * branch) < 1e-6)
    }
    #expect(kept > 8 && kept < 32)
  }

  @Test func aRateOfZeroIsASum() {
    let builder = GraphBuilder()
    let x = builder.input(channels: 2)
    let graph = builder.graph(outputs: [builder.dropPath(builder.gelu(x), onto: x, rate: 0)])
    #expect(graph.nodes.map(\.operation.kind) == ["gelu", "add"])
  }
}
