import CKernels
import Testing

/// Passes value by value, against the same arithmetic in double, in every instruction set.
struct TransferTests {
  /// A handful of float operations for each value, on numbers of the order of 1.
  static let tolerance = 1e-6

  @Test(arguments: instructionSets)
  func normaliseRectifyAndPoolInOnePass(isa: rs_isa) {
    let (x, y, pooled) = (
      KernelTensor(2, 7, 35, 21), KernelTensor(2, 7, 35, 21, surplus: 1),
      KernelTensor(2, 3, 17, 21, surplus: 9)
    )
    let norm = FusionCoefficients(21)  // scales of both signs: pooling comes after the affine
    withKernels(isa, threads: 2) { pool in
      var (source, sink) = (norm.affine(x.view), rs_sink())
      (sink.view, sink.pooled) = (y.view, pooled.view)
      rs_transfer(pool, &source, &sink)
    }
    let expected = norm.expectedAffine(x)
    #expect(expected.error(of: y.values) <= Self.tolerance)
    #expect(relativeError(expectedPooled(expected), pooled.values) <= Self.tolerance)
    #expect(x.guardsHold && y.guardsHold && pooled.guardsHold)
  }

  @Test(arguments: instructionSets)
  func theGradientThroughANormCanBeAddedInPlaceOfAnother(isa: rs_isa) {
    let (dy, z, dx) = (
      KernelTensor(1, 5, 18, 7, seed: 1), KernelTensor(1, 5, 18, 7, seed: 2),
      KernelTensor(1, 5, 18, 7, seed: 3)
    )
    let norm = FusionCoefficients(7)
    let (before, expected) = (dx.values, norm.expectedNormGradient(dy, of: z))
    withKernels(isa) { pool in
      var (source, sink) = (norm.normGradient(dy.view, of: z.view), rs_sink())
      (sink.view, sink.accumulate) = (dx.view, 1)
      rs_transfer(pool, &source, &sink)
    }
    let sum = expected.map { value, i, _ in value + before[i] }
    #expect(sum.error(of: dx.values) <= Self.tolerance)
    #expect(dx.guardsHold)
  }

  @Test(arguments: instructionSets)
  func momentsOfAFarAwayMeanDoNotCancel(isa: rs_isa) {
    // E[x²] - E[x]² would lose all digits of a variance of 1/3 beside a mean of 1000
    let x = KernelTensor(2, 33, 65, 19, offset: 1000)
    let moments = [1, 3].map { threads in
      withKernels(isa, threads: threads) { pool in
        mergedSums(
          RS_SUMS_MOMENTS, blocks: Int(rs_transfer_sum_blocks([x.view])), channels: 19
        ) { sums in
          var (source, sink) = (rs_source(), rs_sink())
          (source.view, sink.view) = (x.view, x.unstored)
          (sink.sums, sink.partials) = (RS_SUMS_MOMENTS, sums)
          rs_transfer(pool, &source, &sink)
        }
      }
    }
    let expected = expectedMoments(DoubleTensor(x))
    #expect(relativeError(Array(expected[..<19]), Array(moments[0][..<19])) <= 1e-6)
    // float means of patches err by 3e-5 of a deviation of 0.58
    #expect(relativeError(Array(expected[19...]), Array(moments[0][19...])) <= 1e-4)
    #expect(moments[0] == moments[1])
  }

  @Test(arguments: instructionSets)
  func maxPoolSendsTheGradientToTheFirstLargest(isa: rs_isa) {
    for (h, w, c) in [(2, 2, 1), (7, 9, 20), (8, 70, 16), (1, 5, 3)] {
      let x = KernelTensor(2, h, w, c)
      x.write(x.values.map { ($0 * 3).rounded() })  // many equal values
      let dy = KernelTensor(2, h / 2, w / 2, c, seed: 4)
      let dx = KernelTensor(2, h, w, c, seed: 5)
      var (exact, gradient, expected) = (DoubleTensor(x), DoubleTensor(dy), DoubleTensor(dx))
      let before = dx.values
      withKernels(isa) { pool in
        exact.withView { x in
          gradient.withView { dy in
            expected.withView { rs_max_pool_backward(RS_FLOAT64, pool, 2, x, dy, $0, 1) }
          }
        }
        var (source, sink) = (rs_source(), rs_sink())
        (source.view, sink.view, sink.accumulate) = (x.view, dx.view, 1)
        rs_max_pool2_backward(pool, &source, [dy.view], &sink)
      }
      #expect(expected.error(of: dx.values) <= Self.tolerance, "\(h)×\(w)×\(c)")
      #expect(dx.guardsHold && (h < 2 || dx.values != before))
    }
  }

  @Test(arguments: instructionSets)
  func maxPoolOfNormalisedValuesTakesSumsOnTheWay(isa: rs_isa) {
    let (z, dy, dx) = (
      KernelTensor(2, 12, 22, 18), KernelTensor(2, 6, 11, 18, seed: 4),
      KernelTensor(2, 12, 22, 18, seed: 5)
    )
    let norm = FusionCoefficients(18)
    var (x, gradient, expected) = (norm.expectedAffine(z), DoubleTensor(dy), DoubleTensor(dx))
    let sums = withKernels(isa, threads: 2) { pool in
      x.withView { x in
        gradient.withView { dy in
          expected.withView { rs_max_pool_backward(RS_FLOAT64, pool, 2, x, dy, $0, 1) }
        }
      }
      return mergedSums(
        RS_SUMS_GRADIENT, blocks: Int(rs_transfer_sum_blocks([dx.view])), channels: 18
      ) { partials in
        var source = norm.affine(z.view)
        var sink = norm.gradientSums(dx.view, of: z.view, into: partials)
        sink.accumulate = 1
        rs_max_pool2_backward(pool, &source, [dy.view], &sink)
      }
    }
    #expect(expected.error(of: dx.values) <= Self.tolerance)
    #expect(relativeError(norm.expectedSums(expected, of: z), sums) <= Self.tolerance)
  }
}
