import CKernels

/// y = |a - b|, element by element: what changed between the features of two dates, whichever came
/// first.
public struct AbsoluteDifference: Operation {
  /// `absolute_difference`.
  public var kind: String { "absolute_difference" }
  /// The sign of the difference is found again.
  public var backwardReads: BackwardReads { .inputs }

  /// The inputs' common shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    guard inputs[0] == inputs[1] else {
      throw GraphError("cannot subtract \(inputs[1]) from \(inputs[0])")
    }
    return inputs[0]
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.inputs[1]) {
      rs_absolute_difference_forward(
        call.type.kernelType, call.pool.handle, $0, $1, [call.output.kernelView])
    }
  }

  /// da = sign(a - b) dy, db = -da.
  public func backward(_ call: OperationCall) {
    for (index, target) in call.inputGradients.enumerated() {
      guard let target else { continue }
      withViews(call.inputs[index], call.inputs[1 - index]) {
        rs_absolute_difference_backward(
          call.type.kernelType, call.pool.handle, $0, $1, [call.gradient.kernelView],
          [target.view.kernelView], target.accumulates ? 1 : 0)
      }
    }
  }
}

extension GraphBuilder {
  /// Adds |a - b| of two tensors of one shape.
  public func absoluteDifference(_ a: Value, _ b: Value) -> Value {
    add(
      AbsoluteDifference(), name: "difference", inputs: [a, b], outputChannels: channels(of: a))
  }
}
