import CKernels
import Testing

@testable import Engine

/// The vector resize against the plain loops in double.
struct BilinearResizeTests {
  @Test(
    arguments: [
      ((2, 5, 7), (10, 14), 21), ((1, 25, 17), (97, 65), 5), ((1, 9, 10), (4, 5), 3),
      ((1, 1, 1), (4, 3), 18), ((1, 6, 5), (6, 5), 16), ((2, 4, 3), (32, 24), 40),
    ], instructionSets)
  func valuesAndGradientsAreThoseOfDouble(
    probe: (from: (Int, Int, Int), to: (Int, Int), channels: Int), isa: rs_isa
  ) {
    let (n, h, w) = probe.from
    let x = KernelTensor(n, h, w, probe.channels)
    let dx = KernelTensor(n, h, w, probe.channels, seed: 2)
    let y = KernelTensor(n, probe.to.0, probe.to.1, probe.channels, seed: 3)
    let dy = KernelTensor(n, probe.to.0, probe.to.1, probe.channels, seed: 4)
    let (ex, edx, ey, edy) = (
      DoublePartner(x), DoublePartner(dx), DoublePartner(y), DoublePartner(dy)
    )
    withKernels(isa, threads: 2) { pool in
      withScratch(rs_resize_scratch_bytes([y.view])) { scratch in
        rs_resize_forward(RS_FLOAT32, pool, [x.view], [y.view], 1, scratch)
        rs_resize_forward(RS_FLOAT64, pool, [ex.view], [ey.view], 1, scratch)
        rs_resize_backward(RS_FLOAT32, pool, [dy.view], [dx.view], 1, scratch)
        rs_resize_backward(RS_FLOAT64, pool, [edy.view], [edx.view], 1, scratch)
      }
    }
    #expect(relativeError(ey.values, y.values) <= 1e-6)
    #expect(relativeError(edx.values, dx.values) <= 1e-6)
    #expect(y.guardsHold && dx.guardsHold)
  }

  @Test(arguments: [1, 2, 3, 8])
  func noPixelBeyondTheDeclaredFieldMatters(factor: Int) throws {
    let builder = GraphBuilder()
    let x = builder.input(channels: 1)
    let graph = builder.graph(outputs: [builder.resize(x, by: factor)])
    guard case .finite(let step, let before, let after) = graph.receptiveField else {
      Issue.record("the field of a resize is finite")
      return
    }
    #expect(step == 1 / Double(factor))
    let executor = Executor(
      plan: try Plan(
        graph: graph, inputShapes: [Shape(1, 1, 24, 1)], isTraining: false, threads: 1),
      parameters: ParameterStore(graph: graph), pool: ThreadPool(threads: 1))
    func outputs(_ column: Int?) -> [Double] {
      executor.inputs[0].write((0..<24).map { $0 == column ? 9.0 : Double($0 % 5) })
      executor.forward()
      return executor.outputs[0].doubles()
    }
    let base = outputs(nil)
    var changed = 0
    for (output, (a, b)) in zip(base, outputs(12)).enumerated() where a != b {
      changed += 1
      let place = Double(output % (24 * factor)) * step  // its column
      #expect(12 >= place - before && 12 <= place + step - 1 + after)
    }
    #expect(changed >= factor)
  }
}
