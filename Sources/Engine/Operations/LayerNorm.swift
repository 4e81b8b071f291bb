import CKernels

/// Layer normalisation over the channels of each pixel, as PyTorch's `LayerNorm` over the last axis
/// (Ba, Kiros and Hinton 2016).
public struct LayerNorm: Operation {
  let channels: Int
  let epsilon: Double

  /// `layer_norm`.
  public var kind: String { "layer_norm" }
  /// Mean and deviation are taken again from the input.
  public var backwardReads: BackwardReads { .inputs }
  /// It can work in place.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }

  /// `weight` and `bias`, both (channels).
  public var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration("weight", [channels], .normWeight),
      ParameterDeclaration("bias", [channels], .normBias),
    ]
  }

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0] }

  /// Partial sums of the backward pass.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    guard context.isTraining else { return .none }
    return Workspace(
      scratchBytes: rs_layer_norm_scratch_bytes(context.type.kernelType, [output.kernelView]))
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_layer_norm_forward(
        call.type.kernelType, call.pool.handle, $0, call.parameters[0], call.parameters[1], epsilon,
        $1)
    }
  }

  /// Computes dx, dweight and dbias.
  public func backward(_ call: OperationCall) {
    guard let weightGradient = call.parameterGradients[0],
      let biasGradient = call.parameterGradients[1]
    else { preconditionFailure("the weights of a layer norm are trained") }
    let target = call.inputGradients[0]
    withViews(call.inputs[0], call.gradient) { x, dy in
      withUnsafePointer(to: target?.view.kernelView ?? rs_view()) { dx in
        rs_layer_norm_backward(
          call.type.kernelType, call.pool.handle, x, dy, call.parameters[0], epsilon, dx,
          target?.accumulates == true ? 1 : 0, weightGradient, biasGradient, call.scratch)
      }
    }
  }
}

extension GraphBuilder {
  /// Adds a layer norm; `name` is the path of its `weight` and `bias`.
  public func layerNorm(_ x: Value, _ name: String, epsilon: Double = 1e-5) -> Value {
    let count = channels(of: x)
    return add(
      LayerNorm(channels: count, epsilon: epsilon), name: name, inputs: [x], outputChannels: count)
  }
}
