import CKernels
import Testing

@testable import Engine

/// The vector attention against the plain loops in double.
struct AttentionTests {
  struct Probe: CustomTestStringConvertible {
    var images: Int
    var queries: (h: Int, w: Int)
    var keys: (h: Int, w: Int)
    var channels: Int
    var heads: Int
    var scale = 1.0
    var testDescription: String { "\(self)" }
  }

  /// Tails of keys and channels, one key, several blocks and chunks, products of order 100.
  static let probes = [
    Probe(images: 2, queries: (7, 9), keys: (3, 5), channels: 24, heads: 2),
    Probe(images: 1, queries: (1, 1), keys: (1, 1), channels: 3, heads: 1),
    Probe(images: 1, queries: (30, 31), keys: (16, 16), channels: 32, heads: 1),
    Probe(images: 2, queries: (16, 17), keys: (16, 17), channels: 40, heads: 5),
    Probe(images: 1, queries: (5, 40), keys: (3, 30), channels: 70, heads: 1),
    Probe(images: 1, queries: (20, 7), keys: (6, 6), channels: 36, heads: 2, scale: 12),
  ]

  private struct Result {
    var values: [Double] = []
    var gradients: [[Double]] = []
    var guardsHold = true
  }

  /// Runs both passes; gradients are added to what `seed` gives.
  private func run(_ probe: Probe, _ type: rs_type, threads: Int, isa: rs_isa) -> Result {
    let (n, c) = (probe.images, probe.channels)
    func queries(_ seed: UInt64) -> KernelTensor {
      KernelTensor(n, probe.queries.h, probe.queries.w, c, seed: seed)
    }
    func keys(_ seed: UInt64) -> KernelTensor {
      KernelTensor(n, probe.keys.h, probe.keys.w, c, seed: seed)
    }
    let q = queries(1)
    q.write(q.values.map { $0 * probe.scale })
    let floats = [q, keys(2), keys(3), queries(4), queries(5), queries(6), keys(7), keys(8)]
    let doubles = floats.map(DoublePartner.init)
    let views = type == RS_FLOAT32 ? floats.map(\.view) : doubles.map(\.view)
    let operands = rs_attention(q: views[0], k: views[1], v: views[2], heads: Int32(probe.heads))
    withKernels(isa, threads: threads) { pool in
      for backward in [0, 1] as [Int32] {
        let bytes = rs_attention_scratch_bytes(type, [operands], backward, Int32(threads))
        withScratch(bytes) { scratch in
          if backward == 0 {
            rs_attention_forward(type, pool, [operands], [views[3]], scratch)
          } else {
            // dq and dv are added to, dk is overwritten
            rs_attention_backward(
              type, pool, [operands], [views[4]], [views[5]], [views[6]], [views[7]], 5, scratch)
          }
        }
      }
    }
    let values = type == RS_FLOAT32 ? floats.map(\.values) : doubles.map(\.values)
    return Result(
      values: values[3], gradients: Array(values[5...]),
      guardsHold: floats.allSatisfy(\.guardsHold))
  }

  @Test(arguments: probes, instructionSets)
  func valuesAndGradientsAreThoseOfDouble(probe: Probe, isa: rs_isa) {
    let expected = run(probe, RS_FLOAT64, threads: 2, isa: isa)
    let found = run(probe, RS_FLOAT32, threads: 2, isa: isa)
    // products of order 100 are good to 1e-5, and so are their exponentials
    let tolerance = probe.scale > 1 ? 1e-5 : 2e-6
    #expect(relativeError(expected.values, found.values) <= tolerance)
    for (expected, found) in zip(expected.gradients, found.gradients) {
      // with one key the gradients of queries and keys are 0
      #expect(maxDistance(expected, found) <= 2 * tolerance * max(1, expected.map(abs).max() ?? 0))
    }
    #expect(found.guardsHold)
  }

  @Test(arguments: probes)
  func bitsDoNotDependOnTheNumberOfThreads(probe: Probe) {
    let runs = [1, 2, 3].map { run(probe, RS_FLOAT32, threads: $0, isa: rs_isa_best()) }
    #expect(runs[0].values == runs[1].values && runs[1].values == runs[2].values)
    #expect(runs[0].gradients == runs[1].gradients && runs[1].gradients == runs[2].gradients)
  }

  private func maxDistance(_ first: [Double], _ second: [Double]) -> Double {
    zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test func memoryGrowsWithTheImageNotWithItsSquare() {
    func bytes(_ side: Int) -> Int {
      let builder = GraphBuilder()
      let x = builder.input(channels: 32)
      let graph = builder.graph(outputs: [
        builder.attention(queries: x, keys: x, values: x, heads: 1)
      ])
      let plan = try? Plan(
        graph: graph, inputShapes: [Shape(1, side, side, 32)], isTraining: true, threads: 2)
      return plan?.scratchBytes ?? 0
    }
    // four times the pixels: the matrix of products would be 16 times as large
    #expect(bytes(128) < 5 * bytes(64))
    #expect(bytes(64) > 0)
  }

  @Test func headsMustShareTheChannels() {
    let builder = GraphBuilder()
    let x = builder.input(channels: 30)
    let graph = builder.graph(outputs: [builder.attention(queries: x, keys: x, values: x, heads: 4)]
    )
    #expect(throws: GraphError("attention (attention): 30 channels cannot be shared by 4 heads")) {
      try graph.shapes(for: [Shape(1, 2, 2, 30)])
    }
    #expect(graph.receptiveField == .unbounded)
    #expect(graph.halo == nil)
  }
}
