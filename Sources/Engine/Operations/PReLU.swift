import CKernels

/// Rectifier with a slope learnt for each channel: y = x where x > 0, else weight x, as PyTorch's
/// `PReLU` (He, Zhang, Ren and Sun 2015).
public struct PReLU: Operation {
  let channels: Int

  /// `prelu`.
  public var kind: String { "prelu" }
  /// Both gradients read the input.
  public var backwardReads: BackwardReads { .inputs }
  /// `weight` (channels).
  public var parameters: [ParameterDeclaration] {
    [ParameterDeclaration("weight", [channels], .slope)]
  }
  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0] }
  /// It can work in place.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }

  /// Sums of the gradient by the slopes.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    context.isTraining ? .channelSums(of: inputs[0]) : .none
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_prelu_forward(call.type.kernelType, call.pool.handle, $0, call.parameters[0], $1)
    }
  }

  /// Computes dx and dweight.
  public func backward(_ call: OperationCall) {
    guard let weightGradient = call.parameterGradients[0] else {
      preconditionFailure("the slopes of a rectifier are trained")
    }
    let target = call.inputGradients[0]
    let dx = target?.view.kernelView ?? call.inputs[0].shape.kernelView
    withViews(call.inputs[0], call.gradient) {
      rs_prelu_backward(
        call.type.kernelType, call.pool.handle, $0, $1, call.parameters[0], [dx],
        target?.accumulates == true ? 1 : 0, weightGradient, call.scratchDoubles)
    }
  }
}

extension Workspace {
  /// Room for sums over the pixels of each image and channel.
  static func channelSums(of shape: Shape) -> Workspace {
    Workspace(
      scratchBytes: rs_channel_sums_count([shape.kernelView]) * MemoryLayout<Double>.size)
  }
}

extension OperationCall {
  /// The scratch as doubles.
  var scratchDoubles: UnsafeMutablePointer<Double> { scratch.assumingMemoryBound(to: Double.self) }
}

extension GraphBuilder {
  /// Adds a rectifier with slopes; `name` is the path of its `weight`.
  public func prelu(_ x: Value, _ name: String) -> Value {
    let count = channels(of: x)
    return add(PReLU(channels: count), name: name, inputs: [x], outputChannels: count)
  }
}
