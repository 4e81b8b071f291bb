import CKernels
import Testing

/// The vector layer norm against the plain loops in double.
struct LayerNormTests {
  /// Tails of vectors, one channel, several chunks of sums.
  @Test(arguments: [(1, 3, 5, 1), (2, 7, 9, 37), (1, 40, 31, 48), (2, 64, 65, 5)], instructionSets)
  func valuesAndGradientsAreThoseOfDouble(size: (Int, Int, Int, Int), isa: rs_isa) {
    let (n, h, w, c) = size
    let x = KernelTensor(n, h, w, c, offset: 3)
    let dy = KernelTensor(n, h, w, c, seed: 2)
    let (y, dx) = (KernelTensor(n, h, w, c, seed: 3), KernelTensor(n, h, w, c, seed: 4))
    let (ex, edy, ey, edx) = (
      DoublePartner(x), DoublePartner(dy), DoublePartner(y), DoublePartner(dx)
    )
    let (weight, bias) = (ParameterPair(c, seed: 5), ParameterPair(c, seed: 6))
    var (dweight, dbias) = (ParameterPair(c, seed: 7), ParameterPair(c, seed: 8))
    withKernels(isa, threads: 2) { pool in
      rs_layer_norm_forward(RS_FLOAT32, pool, [x.view], weight.floats, bias.floats, 1e-5, [y.view])
      rs_layer_norm_forward(
        RS_FLOAT64, pool, [ex.view], weight.doubles, bias.doubles, 1e-5, [ey.view])
      withScratch(rs_layer_norm_scratch_bytes(RS_FLOAT64, [x.view])) { scratch in
        rs_layer_norm_backward(
          RS_FLOAT32, pool, [x.view], [dy.view], weight.floats, 1e-5, [dx.view], 1,
          &dweight.floats, &dbias.floats, scratch)
        rs_layer_norm_backward(
          RS_FLOAT64, pool, [ex.view], [edy.view], weight.doubles, 1e-5, [edx.view], 1,
          &dweight.doubles, &dbias.doubles, scratch)
      }
    }
    // x - mean loses a digit, as the mean is 3 deviations from 0 and more
    #expect(relativeError(ey.values, y.values) <= 3e-6)
    // with one channel the deviation is 0, and errors of x are divided by √epsilon
    #expect(relativeError(edx.values, dx.values) <= (c == 1 ? 1e-3 : 1e-5))
    #expect(dweight.error <= 1e-5 && dbias.error <= 1e-5)
    #expect(y.guardsHold && dx.guardsHold)
  }
}
