import CKernels
import Testing

/// The direct kernels against the naive double ones, in every instruction set of the machine.
struct DirectConvolutionTests {
  /// Errors relative to the largest value: rounding of a float sum of at most some 1500 products.
  static let tolerance = 4e-6

  /// Images, height, width, inputs and outputs.
  static let shapes = [
    (1, 1, 1, 1, 1), (1, 1, 9, 3, 2), (1, 5, 7, 12, 32), (3, 6, 4, 17, 33), (2, 9, 101, 6, 6),
    (1, 13, 18, 64, 64), (2, 7, 9, 32, 1), (1, 7, 9, 1, 5), (1, 6, 50, 19, 4),
  ]
  /// Kernel, stride, padding and dilation.
  static let geometries = [
    (3, 1, 1, 1), (3, 1, 0, 1), (1, 1, 0, 1), (2, 2, 0, 1), (3, 2, 1, 1), (5, 1, 2, 1),
    (3, 1, 2, 2), (1, 2, 0, 1), (3, 3, 1, 1), (7, 2, 3, 1), (3, 2, 2, 2),
  ]

  @Test(arguments: geometries.indices, instructionSets)
  func allPassesAgreeWithTheNaiveKernels(index: Int, isa: rs_isa) {
    let (kernel, stride, padding, dilation) = Self.geometries[index]
    for (n, h, w, inputs, outputs) in Self.shapes {
      guard min(h, w) + 2 * padding > dilation * (kernel - 1) else { continue }
      let probe = ConvolutionProbe(
        RS_CONV_DIRECT, images: n, height: h, width: w, inputs: inputs, outputs: outputs,
        kernel: kernel, stride: stride, padding: padding, dilation: dilation)
      let (expected, found) = (probe.expected(), probe.run(isa))
      let name = "\(n)×\(h)×\(w)×\(inputs) to \(outputs)"
      #expect(relativeError(expected.forward, found.forward) <= Self.tolerance, "\(name)")
      #expect(
        relativeError(expected.inputGradient, found.inputGradient) <= Self.tolerance, "\(name)")
      #expect(
        relativeError(expected.weightGradient, found.weightGradient) <= Self.tolerance, "\(name)")
      #expect(found.keptToMemory, "\(name): values around the views were changed")
    }
  }

  @Test(arguments: instructionSets)
  func theBitsAreTheSameOnAnyNumberOfThreads(isa: rs_isa) {
    for (kernel, stride, padding) in [(3, 1, 1), (1, 1, 0), (2, 2, 0)] {
      let probe = ConvolutionProbe(
        RS_CONV_DIRECT, images: 2, height: 40, width: 130, inputs: 13, outputs: 22,
        kernel: kernel, stride: stride, padding: padding)
      let runs = [1, 2, 3].map { probe.run(isa, threads: $0) }
      #expect(runs[0] == runs[1] && runs[1] == runs[2])
    }
  }

  @Test(arguments: instructionSets)
  func aPlainCallThroughTheGeneralInterfaceIsTheSame(isa: rs_isa) {
    let probe = ConvolutionProbe(
      RS_CONV_DIRECT, images: 1, height: 8, width: 9, inputs: 7, outputs: 11)
    let (x, y) = (probe.input(), probe.output())
    withKernels(isa) { pool in
      let bytes = rs_conv_scratch_bytes(RS_FLOAT32, [probe.geometry], [x.view], [y.view], 1)
      let scratch = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
      defer { scratch.deallocate() }
      var packed = [Float](repeating: 0, count: rs_conv_packed_count([probe.geometry]))
      rs_conv_pack_forward(
        RS_FLOAT32, [probe.geometry], probe.weights.map(Float.init), &packed)
      rs_conv_forward(
        RS_FLOAT32, pool, [probe.geometry], [x.view], packed, probe.bias.map(Float.init),
        [y.view], 0, scratch)
    }
    #expect(y.values == probe.run(isa).forward)
  }

  @Test func theFastestAlgorithmDependsOnTheGeometry() {
    func fastest(_ inputs: Int, _ outputs: Int, stride: Int = 1, exact: Bool = false)
      -> rs_conv_algorithm
    {
      let probe = ConvolutionProbe(
        RS_CONV_NAIVE, images: 1, height: 8, width: 8, inputs: inputs, outputs: outputs,
        stride: stride)
      return rs_conv_fastest([probe.geometry], exact ? 1 : 0)
    }
    #expect(fastest(12, 32) == RS_CONV_WINOGRAD)
    #expect(fastest(12, 32, exact: true) == RS_CONV_DIRECT)
    #expect(fastest(12, 1) == RS_CONV_DIRECT)
    #expect(fastest(12, 32, stride: 2) == RS_CONV_DIRECT)
    #expect(fastest(12, 32, stride: 5) == RS_CONV_GEMM)
  }
}
