import CKernels

extension ConvolutionProbe {
  /// What the three plain passes gave, and whether they kept to their memory.
  struct Results: Equatable {
    var forward, inputGradient, weightGradient: [Double]
    var keptToMemory: Bool
  }

  /// Runs the forward pass with bias, the gradient by the input (added) and that by the weights.
  func run(_ isa: rs_isa, threads: Int = 1) -> Results {
    withKernels(isa, threads: threads) { pool in
      let (x, y, dy, dx) = (input(), output(), output(seed: 3), input(seed: 4))
      var kept = withMemory(RS_PASS_FORWARD, pool) { packed, scratch in
        bias.map(Float.init).withUnsafeBufferPointer { bias in
          var (source, sink) = (rs_source(), rs_sink())
          (source.view, sink.view, sink.bias) = (x.view, y.view, bias.baseAddress)
          rs_fused_forward(pool, [geometry], &source, packed, &sink, scratch)
        }
      }
      kept =
        kept
        && withMemory(RS_PASS_INPUT_GRADIENT, pool) { packed, scratch in
          var (source, sink) = (rs_source(), rs_sink())
          (source.view, sink.view, sink.accumulate) = (dy.view, dx.view, 1)
          rs_fused_input_gradient(pool, [geometry], &source, packed, &sink, scratch)
        }
      var dw = [Float](repeating: 0, count: weights.count)
      kept =
        kept
        && withMemory(RS_PASS_WEIGHT_GRADIENT, pool) { _, scratch in
          var (source, gradient) = (rs_source(), rs_source())
          (source.view, gradient.view) = (x.view, dy.view)
          rs_fused_weight_gradient(pool, [geometry], &source, &gradient, &dw, scratch)
        }
      kept = kept && x.guardsHold && y.guardsHold && dy.guardsHold && dx.guardsHold
      return Results(
        forward: y.values, inputGradient: dx.values, weightGradient: dw.map(Double.init),
        keptToMemory: kept)
    }
  }

  /// What `run` should give.
  func expected() -> Results {
    let (x, dy) = (DoubleTensor(input()), DoubleTensor(output(seed: 3)))
    return Results(
      forward: expectedForward(x, into: output(), bias: bias).values,
      inputGradient: expectedInputGradient(dy, into: input(seed: 4), accumulate: true).values,
      weightGradient: expectedWeightGradient(x, dy), keptToMemory: true)
  }
}
