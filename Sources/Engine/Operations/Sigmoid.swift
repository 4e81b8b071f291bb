import CKernels

/// The logistic function y = 1 / (1 + exp(-x)), for gates: it runs on one thread.
public struct Sigmoid: Operation {
  /// `sigmoid`.
  public var kind: String { "sigmoid" }
  /// The gradient reads the output alone.
  public var backwardReads: BackwardReads { .output }
  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0] }
  /// It can work in place.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_sigmoid_forward(call.type.kernelType, call.pool.handle, $0, $1)
    }
  }

  /// dx = dy y (1 - y).
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    withViews(call.output, call.gradient) {
      rs_sigmoid_backward(
        call.type.kernelType, call.pool.handle, $0, $1, [target.view.kernelView],
        target.accumulates ? 1 : 0)
    }
  }
}

extension GraphBuilder {
  /// Adds a logistic function.
  public func sigmoid(_ x: Value) -> Value {
    add(Sigmoid(), name: "sigmoid", inputs: [x], outputChannels: channels(of: x))
  }
}
