import CKernels
import Testing

/// What convolutions do while they load and store, against the same steps one after the other in
/// double, for each algorithm and instruction set.
struct FusionTests {
  /// Errors relative to the largest value: those of Winograd, which are the largest.
  static let tolerance = 1e-5

  /// The convolutions: edges of tiles, tails of vectors, several blocks.
  static let probes = [
    ConvolutionProbe(RS_CONV_WINOGRAD, images: 2, height: 14, width: 27, inputs: 19, outputs: 37),
    ConvolutionProbe(RS_CONV_WINOGRAD, images: 1, height: 3, width: 5, inputs: 4, outputs: 6),
    ConvolutionProbe(RS_CONV_DIRECT, images: 2, height: 14, width: 27, inputs: 19, outputs: 37),
    ConvolutionProbe(
      RS_CONV_DIRECT, images: 2, height: 9, width: 101, inputs: 12, outputs: 3, kernel: 1,
      padding: 0),
    ConvolutionProbe(
      RS_CONV_DIRECT, images: 1, height: 9, width: 10, inputs: 5, outputs: 18, kernel: 1,
      padding: 0),
  ]

  @Test(arguments: probes.indices, instructionSets)
  func aLoadNormalisesAndPadsWithZeroAfterwards(index: Int, isa: rs_isa) {
    let probe = Self.probes[index]
    let (x, y) = (probe.input(), probe.output())
    let norm = FusionCoefficients(Int(x.view.c))
    let expected = probe.expectedForward(
      norm.expectedAffine(x), into: y, bias: nil, accumulate: true)
    let kept = withKernels(isa) { pool in
      probe.withMemory(RS_PASS_FORWARD, pool) { packed, scratch in
        var (source, sink) = (norm.affine(x.view), rs_sink())
        (sink.view, sink.accumulate) = (y.view, 1)
        rs_fused_forward(pool, [probe.geometry], &source, packed, &sink, scratch)
      }
    }
    #expect(expected.error(of: y.values) <= Self.tolerance)
    #expect(kept && x.guardsHold && y.guardsHold)
  }

  @Test(arguments: probes.indices, instructionSets)
  func aStoreAddsBiasRectifiesPoolsAndTakesMoments(index: Int, isa: rs_isa) {
    let probe = Self.probes[index]
    let (x, y) = (probe.input(), probe.output())
    let (h, w, c) = (Int(y.view.h), Int(y.view.w), Int(y.view.c))
    let pooled = KernelTensor(Int(y.view.n), h / 2, w / 2, c)
    let result = probe.expectedForward(DoubleTensor(x), into: y, bias: probe.bias)
    let expected = result.map { value, _, _ in max(value, 0) }
    let moments = withKernels(isa, threads: 2) { pool in
      mergedSums(RS_SUMS_MOMENTS, blocks: probe.sumBlocks(RS_PASS_FORWARD), channels: c) { sums in
        _ = probe.withMemory(RS_PASS_FORWARD, pool) { packed, scratch in
          probe.bias.map(Float.init).withUnsafeBufferPointer { bias in
            var (source, sink) = (rs_source(), rs_sink())
            (source.view, sink.view, sink.pooled) = (x.view, y.view, pooled.view)
            (sink.bias, sink.rectify) = (bias.baseAddress, 1)
            (sink.sums, sink.partials) = (RS_SUMS_MOMENTS, sums)
            rs_fused_forward(pool, [probe.geometry], &source, packed, &sink, scratch)
          }
        }
      }
    }
    #expect(expected.error(of: y.values) <= Self.tolerance)
    #expect(relativeError(expectedPooled(expected), pooled.values) <= Self.tolerance)
    let all = expectedMoments(expected)
    #expect(relativeError(Array(all[..<c]), Array(moments[..<c])) <= Self.tolerance)
    #expect(relativeError(Array(all[c...]), Array(moments[c...])) <= Self.tolerance)
    #expect(y.guardsHold && pooled.guardsHold)
  }

  @Test(arguments: probes.indices, instructionSets)
  func aGradientPassesNormsOnBothSides(index: Int, isa: rs_isa) {
    let probe = Self.probes[index]
    let (dy, z, dx, before) = (
      probe.output(), probe.output(seed: 7), probe.input(), probe.input(seed: 8)
    )
    let (above, below) = (
      FusionCoefficients(Int(dy.view.c)), FusionCoefficients(Int(dx.view.c), seed: 12)
    )
    let expected = probe.expectedInputGradient(
      above.expectedNormGradient(dy, of: z), into: dx)
    let blocks = probe.sumBlocks(RS_PASS_INPUT_GRADIENT)
    let sums = withKernels(isa) { pool in
      mergedSums(RS_SUMS_GRADIENT, blocks: blocks, channels: Int(dx.view.c)) { partials in
        _ = probe.withMemory(RS_PASS_INPUT_GRADIENT, pool) { packed, scratch in
          var source = above.normGradient(dy.view, of: z.view)
          var sink = below.gradientSums(dx.view, of: before.view, into: partials)
          rs_fused_input_gradient(pool, [probe.geometry], &source, packed, &sink, scratch)
        }
      }
    }
    #expect(expected.error(of: dx.values) <= Self.tolerance)
    #expect(relativeError(below.expectedSums(expected, of: before), sums) <= Self.tolerance)
    #expect(dx.guardsHold && dy.guardsHold)
  }

  @Test(arguments: probes.indices, instructionSets)
  func aWeightGradientLoadsThroughNormsOnBothSides(index: Int, isa: rs_isa) {
    let probe = Self.probes[index]
    let (x, dy, z) = (probe.input(), probe.output(), probe.output(seed: 7))
    let (below, above) = (FusionCoefficients(Int(x.view.c)), FusionCoefficients(Int(dy.view.c)))
    let expected = probe.expectedWeightGradient(
      below.expectedAffine(x), above.expectedNormGradient(dy, of: z))
    var dw = [Float](repeating: 0, count: expected.count)
    let kept = withKernels(isa) { pool in
      probe.withMemory(RS_PASS_WEIGHT_GRADIENT, pool) { _, scratch in
        var (source, gradient) = (below.affine(x.view), above.normGradient(dy.view, of: z.view))
        rs_fused_weight_gradient(pool, [probe.geometry], &source, &gradient, &dw, scratch)
      }
    }
    #expect(relativeError(expected, dw.map(Double.init)) <= Self.tolerance)
    #expect(kept)
  }

  @Test(arguments: probes.indices)
  func fusedBitsAreTheSameOnAnyNumberOfThreads(index: Int) {
    let probe = Self.probes[index]
    let runs = [1, 2, 3].map { threads in
      let (x, y) = (probe.input(), probe.output())
      let norm = FusionCoefficients(Int(x.view.c))
      let blocks = probe.sumBlocks(RS_PASS_FORWARD)
      let sums = withKernels(rs_isa_best(), threads: threads) { pool in
        mergedSums(RS_SUMS_MOMENTS, blocks: blocks, channels: Int(y.view.c)) { partials in
          _ = probe.withMemory(RS_PASS_FORWARD, pool) { packed, scratch in
            var (source, sink) = (norm.affine(x.view), rs_sink())
            (sink.view, sink.sums, sink.partials) = (y.view, RS_SUMS_MOMENTS, partials)
            rs_fused_forward(pool, [probe.geometry], &source, packed, &sink, scratch)
          }
        }
      }
      return y.values + sums
    }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }
}
