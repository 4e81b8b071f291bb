import CKernels

/// y = x Φ(x) with the standard normal distribution Φ, in its exact form by the error function
/// (Hendrycks and Gimpel 2016).
public struct GELU: Operation {
  /// `gelu`.
  public var kind: String { "gelu" }
  /// The gradient reads the input.
  public var backwardReads: BackwardReads { .inputs }
  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0] }
  /// It can work in place.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_gelu_forward(call.type.kernelType, call.pool.handle, $0, $1)
    }
  }

  /// dx = dy (Φ(x) + x φ(x)).
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    withViews(call.inputs[0], call.gradient) { x, dy in
      withUnsafePointer(to: target.view.kernelView) { dx in
        rs_gelu_backward(
          call.type.kernelType, call.pool.handle, x, dy, dx, target.accumulates ? 1 : 0)
      }
    }
  }
}

extension GraphBuilder {
  /// Adds a GELU.
  public func gelu(_ x: Value) -> Value {
    add(GELU(), name: "gelu", inputs: [x], outputChannels: channels(of: x))
  }
}
