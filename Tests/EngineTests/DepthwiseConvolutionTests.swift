import CKernels
import Testing

/// The vector depthwise kernels against the plain loops in double.
struct DepthwiseConvolutionTests {
  struct Probe: CustomTestStringConvertible {
    var size: (n: Int, h: Int, w: Int, c: Int)
    var conv: rs_depthwise
    var testDescription: String { "\(size) \(conv)" }

    init(
      _ size: (Int, Int, Int, Int), _ kernel: (Int, Int), _ stride: Int, _ padding: Int,
      _ dilation: Int, gelu: Bool = false
    ) {
      self.size = size
      conv = rs_depthwise(
        channels: Int32(size.3), kernel_h: Int32(kernel.0), kernel_w: Int32(kernel.1),
        stride: Int32(stride), padding: Int32(padding), dilation: Int32(dilation),
        gelu: gelu ? 1 : 0)
    }

    func output(seed: UInt64) -> KernelTensor {
      func extent(_ size: Int, _ kernel: Int32) -> Int {
        (size + 2 * Int(conv.padding) - Int(conv.dilation) * Int(kernel - 1) - 1)
          / Int(conv.stride) + 1
      }
      return KernelTensor(
        size.n, extent(size.h, conv.kernel_h), extent(size.w, conv.kernel_w), size.c, seed: seed)
    }
  }

  static let probes = [
    Probe((2, 9, 29, 37), (3, 3), 1, 1, 1), Probe((2, 9, 29, 37), (3, 3), 1, 1, 1, gelu: true),
    Probe((1, 1, 1, 16), (3, 3), 1, 1, 1, gelu: true), Probe((1, 12, 30, 20), (3, 3), 1, 4, 4),
    Probe((1, 13, 26, 5), (3, 3), 2, 1, 1), Probe((1, 20, 21, 18), (5, 5), 1, 0, 1),
    Probe((1, 10, 22, 7), (1, 7), 1, 3, 1), Probe((1, 3, 3, 9), (3, 3), 1, 4, 2),
    Probe((1, 40, 24, 3), (4, 4), 4, 0, 1), Probe((1, 6, 7, 33), (3, 3), 1, 2, 1),
  ]

  @Test(arguments: probes, instructionSets)
  func valuesAndGradientsAreThoseOfDouble(probe: Probe, isa: rs_isa) {
    let (n, h, w, c) = probe.size
    let x = KernelTensor(n, h, w, c)
    let dx = KernelTensor(n, h, w, c, seed: 3)
    let (y, dy) = (probe.output(seed: 2), probe.output(seed: 4))
    let (ex, ey, edy, edx) = (
      DoublePartner(x), DoublePartner(y), DoublePartner(dy), DoublePartner(dx)
    )
    let taps = Int(probe.conv.kernel_h * probe.conv.kernel_w)
    let (weight, bias) = (ParameterPair(c * taps, seed: 5), ParameterPair(c, seed: 6))
    var (dweight, dbias) = (ParameterPair(c * taps, seed: 7), ParameterPair(c, seed: 8))
    withKernels(isa, threads: 2) { pool in
      withScratch(rs_depthwise_scratch_bytes(RS_FLOAT64, [probe.conv], [y.view])) { scratch in
        rs_depthwise_forward(
          RS_FLOAT32, pool, [probe.conv], [x.view], weight.floats, bias.floats, [y.view], scratch)
        rs_depthwise_forward(
          RS_FLOAT64, pool, [probe.conv], [ex.view], weight.doubles, bias.doubles, [ey.view],
          scratch)
        rs_depthwise_backward(
          RS_FLOAT32, pool, [probe.conv], [x.view], weight.floats, bias.floats, [dy.view],
          [dx.view], 1, &dweight.floats, &dbias.floats, scratch)
        rs_depthwise_backward(
          RS_FLOAT64, pool, [probe.conv], [ex.view], weight.doubles, bias.doubles, [edy.view],
          [edx.view], 1, &dweight.doubles, &dbias.doubles, scratch)
      }
    }
    // sums of up to 49 products, of weights over some hundred pixels
    #expect(relativeError(ey.values, y.values) <= 2e-6)
    #expect(relativeError(edx.values, dx.values) <= 2e-6)
    #expect(dweight.error <= 5e-6 && dbias.error <= 5e-6)
    #expect(x.guardsHold && y.guardsHold && dx.guardsHold && dy.guardsHold)
  }
}
