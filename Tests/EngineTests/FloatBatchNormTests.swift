import CKernels
import Testing

/// Batch normalisation of float tensors against the double kernels, in every instruction set.
struct FloatBatchNormTests {
  private static let channels = 21

  /// Forward and backward pass on the same numbers in one element type: y, dx, dweight, dbias, running
  /// mean and variance.
  private func run(_ type: rs_type, threads: Int = 1, isa: rs_isa) -> [[Double]] {
    let c = Self.channels
    let (x, dy) = (KernelTensor(2, 9, 23, c, offset: 3), KernelTensor(2, 9, 23, c, seed: 2))
    let (y, dx) = (KernelTensor(2, 9, 23, c), KernelTensor(2, 9, 23, c, seed: 3))
    var saved = [Double](repeating: 0, count: 2 * c)
    var scratch = [Double](repeating: .nan, count: rs_batch_norm_scratch_count([x.view]))
    let parameters = (1...4).map { KernelTensor.random(c, seed: UInt64($0)) }
    return withKernels(isa, threads: threads) { pool in
      if type == RS_FLOAT32 {
        let p = parameters.map { $0.map(Float.init) }
        var (mean, variance, dweight, dbias) = (
          p[2], p[3], [Float](repeating: 0, count: c), [Float](repeating: 0, count: c)
        )
        rs_batch_norm_forward_training(
          type, pool, [x.view], p[0], p[1], &mean, &variance, 1e-5, 0.1, [y.view], &saved, &scratch)
        rs_batch_norm_backward(
          type, pool, 1, [x.view], [dy.view], p[0], saved, [dx.view], 1, &dweight, &dbias, &scratch)
        #expect(y.guardsHold && dx.guardsHold)
        return [y.values, dx.values] + [dweight, dbias, mean, variance].map { $0.map(Double.init) }
      }
      let p = parameters
      var (mean, variance, dweight, dbias) = (
        p[2], p[3], [Double](repeating: 0, count: c), [Double](repeating: 0, count: c)
      )
      var (x, dy, y, dx) = (DoubleTensor(x), DoubleTensor(dy), DoubleTensor(y), DoubleTensor(dx))
      x.withView { x in
        y.withView {
          rs_batch_norm_forward_training(
            type, pool, x, p[0], p[1], &mean, &variance, 1e-5, 0.1, $0, &saved, &scratch)
        }
        dy.withView { dy in
          dx.withView {
            rs_batch_norm_backward(
              type, pool, 1, x, dy, p[0], saved, $0, 1, &dweight, &dbias, &scratch)
          }
        }
      }
      return [y.values, dx.values, dweight, dbias, mean, variance]
    }
  }

  @Test(arguments: instructionSets)
  func agreesWithTheDoubleKernels(isa: rs_isa) {
    let names = ["y", "dx", "dweight", "dbias", "running mean", "running variance"]
    let (expected, found) = (run(RS_FLOAT64, isa: isa), run(RS_FLOAT32, isa: isa))
    for (i, name) in names.enumerated() {
      // scale x + shift with a mean of five deviations loses a digit
      #expect(relativeError(expected[i], found[i]) <= 2e-6, "\(name)")
    }
    #expect(found == run(RS_FLOAT32, threads: 3, isa: isa))
  }
}
