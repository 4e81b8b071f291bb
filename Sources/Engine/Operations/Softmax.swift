import CKernels

/// Softmax over the channels of each pixel, or its logarithm.
public struct Softmax: Operation {
  let isLogarithmic: Bool

  /// `softmax` or `log_softmax`.
  public var kind: String { isLogarithmic ? "log_softmax" : "softmax" }
  /// The gradient reads the output alone.
  public var backwardReads: BackwardReads { .output }
  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0] }
  /// It can work in place.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_softmax_forward(
        call.type.kernelType, call.pool.handle, $0, isLogarithmic ? 1 : 0, $1)
    }
  }

  /// Computes dx.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    withViews(call.output, call.gradient) { y, dy in
      withUnsafePointer(to: target.view.kernelView) { dx in
        rs_softmax_backward(
          call.type.kernelType, call.pool.handle, y, dy, isLogarithmic ? 1 : 0, dx,
          target.accumulates ? 1 : 0)
      }
    }
  }
}

extension GraphBuilder {
  /// Adds a softmax over channels, or its logarithm.
  public func softmax(_ x: Value, logarithmic: Bool = false) -> Value {
    add(
      Softmax(isLogarithmic: logarithmic), name: logarithmic ? "log_softmax" : "softmax",
      inputs: [x], outputChannels: channels(of: x))
  }
}
