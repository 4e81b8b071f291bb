import CKernels

/// Dropout: in training each element, or each channel of an image, is 0 with probability `rate`, and
/// what is kept is divided by 1 - rate; in prediction nothing happens.
///
/// Srivastava et al. 2014; whole channels: Tompson et al. 2015 (PyTorch's `Dropout2d`).
public struct Dropout: Operation {
  let drop: DropRate
  /// Whether the last input is the mask.
  let hasMask: Bool
  let dropsChannels: Bool

  /// `dropout` or `dropout2d`.
  public var kind: String { dropsChannels ? "dropout2d" : "dropout" }
  /// A mask that is given; draws are made again.
  public var backwardReads: BackwardReads { hasMask ? .inputs : [] }
  /// It can work in place.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }
  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0] }
  /// A mask that is given is a constant.
  public func passesGradient(toInput index: Int) -> Bool { index == 0 }

  /// The mask of channels.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    let channels = dropsChannels && context.isTraining ? output.images * output.channels : 0
    return Workspace(scratchBytes: channels * context.type.size)
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    apply(call, from: call.inputs[0], to: call.output, accumulates: false)
  }

  /// dx = dy where the element was kept.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    apply(call, from: call.gradient, to: target.view, accumulates: target.accumulates)
  }

  private func apply(
    _ call: OperationCall, from x: TensorView, to y: TensorView, accumulates: Bool
  ) {
    guard call.isTraining, drop.rate > 0 else {
      guard x.pointer != y.pointer else { return }
      return MaskedSum(call).write(x, to: y, accumulates: accumulates)
    }
    if hasMask || dropsChannels {
      let mask =
        hasMask
        ? call.inputs[1] : drop.mask(Shape(x.shape.images, 1, 1, x.shape.channels), call)
      return MaskedSum(call).write(
        x, mask: mask, factor: drop.factor, to: y, accumulates: accumulates)
    }
    withViews(x, y) {
      rs_dropout(
        call.type.kernelType, call.pool.handle, $0, call.draws.key(of: drop.stream), drop.rate, $1,
        accumulates ? 1 : 0)
    }
  }
}

extension GraphBuilder {
  /// Adds dropout of elements, or of whole channels of an image.
  ///
  /// - Parameters:
  ///   - x: The input.
  ///   - rate: The probability of being left out, in 0 ..< 1.
  ///   - wholeChannels: Whether channels of an image are left out as a whole.
  ///   - mask: Ones and zeros to use instead of drawing some; sizes that are 1 are repeated.
  public func dropout(
    _ x: Value, rate: Double, wholeChannels: Bool = false, mask: Value? = nil
  ) -> Value {
    add(
      Dropout(
        drop: DropRate(rate: rate, stream: channels.count), hasMask: mask != nil,
        dropsChannels: wholeChannels),
      name: "dropout", inputs: [x] + (mask.map { [$0] } ?? []), outputChannels: channels(of: x))
  }
}
