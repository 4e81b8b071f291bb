import CKernels
import Testing

/// F(4×4, 3×3) against the naive double kernels, in every instruction set of the machine.
struct WinogradTests {
  /// Errors relative to the largest value.
  ///
  /// The transforms of points 0, ±3/4, ±3/2 enlarge the
  /// rounding errors of a float product of this length to 2e-6 … 6e-6.
  static let tolerance = 1e-5

  /// Images, height, width, inputs, outputs and padding.
  static let cases = [
    (1, 1, 1, 1, 1, 1), (1, 1, 9, 3, 2, 1), (1, 5, 7, 12, 32, 1), (3, 6, 4, 17, 33, 1),
    (2, 13, 18, 64, 64, 1), (1, 9, 8, 6, 12, 0), (1, 4, 4, 5, 7, 2), (1, 20, 11, 1, 40, 1),
    (1, 8, 8, 130, 20, 1),
  ]

  @Test(arguments: cases.indices, instructionSets)
  func allPassesAgreeWithTheNaiveKernels(index: Int, isa: rs_isa) {
    let (n, h, w, inputs, outputs, padding) = Self.cases[index]
    let probe = ConvolutionProbe(
      RS_CONV_WINOGRAD, images: n, height: h, width: w, inputs: inputs, outputs: outputs,
      padding: padding)
    #expect(rs_conv_is_winograd([probe.geometry]) == 1)
    let (expected, found) = (probe.expected(), probe.run(isa))
    #expect(relativeError(expected.forward, found.forward) <= Self.tolerance)
    #expect(relativeError(expected.inputGradient, found.inputGradient) <= Self.tolerance)
    #expect(relativeError(expected.weightGradient, found.weightGradient) <= Self.tolerance)
    #expect(found.keptToMemory, "values around the views or behind the scratch were changed")
  }

  @Test(arguments: instructionSets)
  func theBitsAreTheSameOnAnyNumberOfThreads(isa: rs_isa) {
    let probe = ConvolutionProbe(
      RS_CONV_WINOGRAD, images: 3, height: 37, width: 50, inputs: 20, outputs: 34)
    let runs = [1, 2, 3].map { probe.run(isa, threads: $0) }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test(arguments: instructionSets)
  func largeWeightGradientsAreSplitByPosition(isa: rs_isa) {
    // 36 × 150 × 100 sums are above the limit of chunks
    let probe = ConvolutionProbe(
      RS_CONV_WINOGRAD, images: 2, height: 30, width: 31, inputs: 150, outputs: 100)
    let (expected, found) = (probe.expected(), probe.run(isa))
    #expect(relativeError(expected.weightGradient, found.weightGradient) <= Self.tolerance)
    #expect(found.keptToMemory)
    #expect(found == probe.run(isa, threads: 2))
  }

  @Test func aLongWeightGradientLosesNoDigits() {
    // one float sum over all 16384 pixels would err by some 6e-5
    let probe = ConvolutionProbe(
      RS_CONV_WINOGRAD, images: 1, height: 128, width: 128, inputs: 2, outputs: 3)
    let found = probe.run(rs_isa_best())
    #expect(relativeError(probe.expected().weightGradient, found.weightGradient) <= Self.tolerance)
  }

  @Test func otherGeometriesAreRefused() {
    for (kernel, stride, dilation) in [(1, 1, 1), (5, 1, 1), (3, 2, 1), (3, 1, 2)] {
      let probe = ConvolutionProbe(
        RS_CONV_WINOGRAD, images: 1, height: 9, width: 9, inputs: 2, outputs: 2, kernel: kernel,
        stride: stride, dilation: dilation)
      #expect(rs_conv_is_winograd([probe.geometry]) == 0)
    }
  }
}
