import CKernels

/// A residual connection whose branch is left out, image by image, with probability `rate` in
/// training: y = x + branch m / (1 - rate); in prediction y = x + branch.
///
/// Huang et al. 2016, "Deep Networks with Stochastic Depth". Its inputs are the branch, then x.
public struct DropPath: Operation {
  let drop: DropRate
  /// Whether the last input is the mask.
  let hasMask: Bool

  /// `drop_path`.
  public var kind: String { "drop_path" }
  /// A mask that is given; draws are made again.
  public var backwardReads: BackwardReads { hasMask ? .inputs : [] }
  /// The branch can be overwritten.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }
  /// A mask that is given is a constant.
  public func passesGradient(toInput index: Int) -> Bool { index < 2 }
  /// The shape of both.
  public func outputShape(of inputs: [Shape]) throws -> Shape { try Add().outputShape(of: inputs) }

  /// The mask of images.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    Workspace(scratchBytes: context.isTraining ? output.images * context.type.size : 0)
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    guard call.isTraining, drop.rate > 0 else { return Add().forward(call) }
    MaskedSum(call).write(
      call.inputs[0], mask: mask(call), factor: drop.factor, plus: call.inputs[1], to: call.output,
      accumulates: false)
  }

  /// Gives dy on to x, and to the branch where it was kept.
  public func backward(_ call: OperationCall) {
    guard call.isTraining, drop.rate > 0 else { return Add().backward(call) }
    // the branch last: its gradient may lie where dy is
    if let target = call.inputGradients[1] {
      MaskedSum(call).write(call.gradient, to: target.view, accumulates: target.accumulates)
    }
    guard let target = call.inputGradients[0] else { return }
    MaskedSum(call).write(
      call.gradient, mask: mask(call), factor: drop.factor, to: target.view,
      accumulates: target.accumulates)
  }

  private func mask(_ call: OperationCall) -> TensorView {
    hasMask
      ? call.inputs[2] : drop.mask(Shape(call.output.shape.images, 1, 1, 1), call)
  }
}

extension GraphBuilder {
  /// Adds a residual connection whose branch is left out at this rate; at 0 it is a sum.
  ///
  /// - Parameters:
  ///   - branch: What is left out; nothing else should read it.
  ///   - x: What always stays.
  ///   - rate: The probability of being left out, in 0 ..< 1.
  ///   - mask: One or zero for each image, (N, 1, 1, 1), instead of drawing some.
  public func dropPath(_ branch: Value, onto x: Value, rate: Double, mask: Value? = nil) -> Value {
    guard rate > 0 else { return add(branch, x) }
    return add(
      DropPath(drop: DropRate(rate: rate, stream: channels.count), hasMask: mask != nil),
      name: "drop_path",
      inputs: [branch, x] + (mask.map { [$0] } ?? []), outputChannels: channels(of: x))
  }
}
