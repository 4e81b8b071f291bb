import CKernels

/// Normalisation over the pixels and the channels of a group, image by image, as PyTorch's `GroupNorm`
/// (Wu and He 2018).
public struct GroupNorm: Operation {
  let channels: Int
  let groups: Int
  let epsilon: Double

  /// `group_norm`.
  public var kind: String { "group_norm" }
  /// The gradients read the input; the output may be overwritten.
  public var backwardReads: BackwardReads { .inputs }
  /// It can work in place.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }
  /// The whole image.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField { .unbounded }

  /// `weight` and `bias`, both (channels).
  public var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration("weight", [channels], .normWeight),
      ParameterDeclaration("bias", [channels], .normBias),
    ]
  }

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0] }

  /// Mean and inverse deviation of each image and group are kept; partial sums are scratch.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    let scratch = rs_group_norm_scratch_count([inputs[0].kernelView])
    return Workspace(
      scratchBytes: scratch * MemoryLayout<Double>.size,
      savedDoubles: 2 * inputs[0].images * groups)
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_group_norm_forward(
        call.type.kernelType, call.pool.handle, Int32(groups), $0, call.parameters[0],
        call.parameters[1], epsilon, $1, call.saved, call.scratchDoubles)
    }
  }

  /// Computes dx, dweight and dbias.
  public func backward(_ call: OperationCall) {
    guard let weightGradient = call.parameterGradients[0],
      let biasGradient = call.parameterGradients[1]
    else { preconditionFailure("the weights of a group norm are trained") }
    let target = call.inputGradients[0]
    withViews(call.inputs[0], call.gradient) {
      rs_group_norm_backward(
        call.type.kernelType, call.pool.handle, Int32(groups), $0, $1, call.parameters[0],
        call.saved, [target?.view.kernelView ?? rs_view()], target?.accumulates == true ? 1 : 0,
        weightGradient, biasGradient, call.scratchDoubles)
    }
  }
}

extension GraphBuilder {
  /// Adds a group norm; `name` is the path of its `weight` and `bias`, `groups` divides the channels.
  public func groupNorm(
    _ x: Value, _ name: String, groups: Int, epsilon: Double = 1e-5
  ) -> Value {
    let count = channels(of: x)
    precondition(groups > 0 && count % groups == 0, "\(groups) groups of \(count) channels")
    return add(
      GroupNorm(channels: count, groups: groups, epsilon: epsilon), name: name, inputs: [x],
      outputChannels: count)
  }
}
