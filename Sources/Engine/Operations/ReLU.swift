import CKernels

/// Rectifier: y = max(x, 0).
public struct ReLU: Operation {
  /// `relu`.
  public var kind: String { "relu" }
  /// The gradient reads the output alone.
  public var backwardReads: BackwardReads { .output }
  /// The same pixels.
  public func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region {
    output.mapped(in: input) { $0 }
  }

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0] }
  /// It can work in place.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_relu_forward(call.type.kernelType, call.pool.handle, $0, $1)
    }
  }

  /// dx = dy where y > 0.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    withViews(call.output, call.gradient) { y, dy in
      withUnsafePointer(to: target.view.kernelView) { dx in
        rs_relu_backward(
          call.type.kernelType, call.pool.handle, y, dy, dx, target.accumulates ? 1 : 0)
      }
    }
  }
}

extension GraphBuilder {
  /// Adds a rectifier.
  public func relu(_ x: Value) -> Value {
    add(ReLU(), name: "relu", inputs: [x], outputChannels: channels(of: x))
  }
}
