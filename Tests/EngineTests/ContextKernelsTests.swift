import CKernels
import Testing

/// Rectifiers with slopes, averages, gates, differences and group norms on each instruction set,
/// against the same loops in double; sizes leave tails of vectors and blocks of rows.
struct ContextKernelsTests {
  static let sizes = [(1, 1, 1, 1), (2, 7, 9, 37), (1, 40, 31, 48), (2, 33, 8, 130)]

  /// Tensors of a size as floats and doubles.
  private struct Pair {
    let float: KernelTensor
    let double: DoublePartner

    init(_ size: (Int, Int, Int, Int), seed: UInt64, offset: Double = 0) {
      float = KernelTensor(size.0, size.1, size.2, size.3, seed: seed, offset: offset)
      double = DoublePartner(float)
    }

    /// Sums of a few hundred floats of size 1 in rows, then in double.
    func agrees(_ tolerance: Double = 3e-6) -> Bool {
      float.guardsHold && relativeError(double.values, float.values) <= tolerance
    }
  }

  /// Calls `body` for float and double.
  private func both(_ isa: rs_isa, _ body: (rs_type, OpaquePointer?) -> Void) {
    withKernels(isa, threads: 2) { pool in
      body(RS_FLOAT32, pool)
      body(RS_FLOAT64, pool)
    }
  }

  private func scratch(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> Void) {
    withScratch(8 * count) { body($0.assumingMemoryBound(to: Double.self)) }
  }

  @Test(arguments: sizes, instructionSets)
  func slopes(size: (Int, Int, Int, Int), isa: rs_isa) {
    let (x, dy, y, dx) = (
      Pair(size, seed: 1), Pair(size, seed: 2), Pair(size, seed: 3), Pair(size, seed: 4)
    )
    let weight = ParameterPair(size.3, seed: 5)
    var dweight = ParameterPair(size.3, seed: 6)
    scratch(rs_channel_sums_count([x.float.view])) { sums in
      withKernels(isa, threads: 2) { pool in
        rs_prelu_forward(RS_FLOAT32, pool, [x.float.view], weight.floats, [y.float.view])
        rs_prelu_forward(RS_FLOAT64, pool, [x.double.view], weight.doubles, [y.double.view])
        rs_prelu_backward(
          RS_FLOAT32, pool, [x.float.view], [dy.float.view], weight.floats, [dx.float.view], 1,
          &dweight.floats, sums)
        rs_prelu_backward(
          RS_FLOAT64, pool, [x.double.view], [dy.double.view], weight.doubles, [dx.double.view], 1,
          &dweight.doubles, sums)
      }
    }
    #expect(y.agrees() && dx.agrees() && dweight.error <= 3e-6)
  }

  @Test(arguments: sizes, instructionSets)
  func affineSlopes(size: (Int, Int, Int, Int), isa: rs_isa) {
    let (x, y) = (Pair(size, seed: 1), Pair(size, seed: 2))
    let (factors, slope) = (ParameterPair(2 * size.3, seed: 3), ParameterPair(size.3, seed: 4))
    withKernels(isa, threads: 2) { pool in
      rs_affine_prelu(
        RS_FLOAT32, pool, [x.float.view], factors.floats, slope.floats, [y.float.view])
      rs_affine_prelu(
        RS_FLOAT64, pool, [x.double.view], factors.doubles, slope.doubles, [y.double.view])
    }
    #expect(y.agrees())
  }

  @Test(arguments: sizes, instructionSets)
  func averages(size: (Int, Int, Int, Int), isa: rs_isa) {
    let half = (size.0, (size.1 + 1) / 2, (size.2 + 1) / 2, size.3)
    let (x, y) = (Pair(size, seed: 1), Pair(half, seed: 2))
    let (dy, dx) = (Pair(half, seed: 3), Pair(size, seed: 4))
    let (mean, spread) = (Pair((size.0, 1, 1, size.3), seed: 5), Pair(size, seed: 6))
    scratch(rs_channel_sums_count([x.float.view])) { sums in
      both(isa) { type, pool in
        func view(_ pair: Pair) -> rs_view {
          type == RS_FLOAT32 ? pair.float.view : pair.double.view
        }
        rs_average_pool_forward(type, pool, 3, 2, 1, [view(x)], [view(y)])
        rs_average_pool_backward(type, pool, 3, 2, 1, [view(dy)], [view(dx)], 1)
        rs_global_average_forward(type, pool, [view(x)], [view(mean)], sums)
        rs_global_average_backward(type, pool, [view(mean)], [view(spread)], 1)
      }
    }
    // a mean near 0 of numbers of size 1
    #expect(y.agrees() && dx.agrees() && mean.agrees(1e-4) && spread.agrees())
  }

  @Test(arguments: sizes, instructionSets)
  func gatesAndDifferences(size: (Int, Int, Int, Int), isa: rs_isa) {
    let one = (size.0, 1, 1, size.3)
    let (x, other, y) = (Pair(size, seed: 1), Pair(size, seed: 2), Pair(size, seed: 3))
    let (gate, dgate) = (Pair(one, seed: 4), Pair(one, seed: 5))
    let (sum, difference, dx) = (Pair(size, seed: 6), Pair(size, seed: 7), Pair(size, seed: 8))
    scratch(rs_channel_sums_count([x.float.view])) { sums in
      both(isa) { type, pool in
        func view(_ pair: Pair) -> rs_view {
          type == RS_FLOAT32 ? pair.float.view : pair.double.view
        }
        rs_gate(type, pool, [view(x)], [view(gate)], [rs_view()], [view(y)], 1)
        rs_gate(type, pool, [view(x)], [view(gate)], [view(other)], [view(sum)], 0)
        rs_gate_gradient(type, pool, [view(x)], [view(other)], [view(dgate)], 1, sums)
        rs_absolute_difference_forward(type, pool, [view(x)], [view(other)], [view(difference)])
        rs_absolute_difference_backward(
          type, pool, [view(x)], [view(other)], [view(y)], [view(dx)], 1)
      }
    }
    #expect(y.agrees() && sum.agrees() && dgate.agrees(1e-5))
    #expect(difference.agrees() && dx.agrees())
  }

  @Test(arguments: [(2, 7, 9, 36), (1, 40, 31, 48), (2, 5, 3, 6)], instructionSets)
  func groupNorms(size: (Int, Int, Int, Int), isa: rs_isa) {
    let (x, dy) = (Pair(size, seed: 1, offset: 3), Pair(size, seed: 2))
    let (y, dx) = (Pair(size, seed: 3), Pair(size, seed: 4))
    let (weight, bias) = (ParameterPair(size.3, seed: 5), ParameterPair(size.3, seed: 6))
    var (dweight, dbias) = (ParameterPair(size.3, seed: 7), ParameterPair(size.3, seed: 8))
    scratch(rs_group_norm_scratch_count([x.float.view]) + 4 * size.0) { memory in
      let saved = memory + rs_group_norm_scratch_count([x.float.view])
      withKernels(isa, threads: 2) { pool in
        rs_group_norm_forward(
          RS_FLOAT32, pool, 2, [x.float.view], weight.floats, bias.floats, 1e-5, [y.float.view],
          saved, memory)
        rs_group_norm_backward(
          RS_FLOAT32, pool, 2, [x.float.view], [dy.float.view], weight.floats, saved,
          [dx.float.view], 1, &dweight.floats, &dbias.floats, memory)
        rs_group_norm_forward(
          RS_FLOAT64, pool, 2, [x.double.view], weight.doubles, bias.doubles, 1e-5,
          [y.double.view], saved, memory)
        rs_group_norm_backward(
          RS_FLOAT64, pool, 2, [x.double.view], [dy.double.view], weight.doubles, saved,
          [dx.double.view], 1, &dweight.doubles, &dbias.doubles, memory)
      }
    }
    // x - mean loses a digit, as the mean is 3 deviations from 0 and more
    #expect(y.agrees(5e-6) && dx.agrees(1e-5))
    #expect(dweight.error <= 1e-5 && dbias.error <= 1e-5)
  }

  @Test("The logistic function is finite everywhere")
  func sigmoid() {
    var x: [Float] = [-1000, -1, 0, 1, 1000]
    x.withUnsafeMutableBytes { bytes in
      let view = rs_view(data: bytes.baseAddress, n: 1, h: 1, w: 1, c: 5, stride: 5)
      rs_sigmoid_forward(RS_FLOAT32, nil, [view], [view])
    }
    #expect(x[0] == 0 && x[2] == 0.5 && x[4] == 1)
    #expect(abs(x[1] + x[3] - 1) < 1e-7 && abs(x[3] - 0.731_058_6) < 1e-7)
  }
}
