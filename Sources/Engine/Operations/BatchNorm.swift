import CKernels

/// Batch normalisation over images, rows and columns, as PyTorch's `BatchNorm2d`: the batch's own
/// statistics in training, the running ones in evaluation.
public struct BatchNorm: Operation {
  let channels: Int
  let epsilon: Double
  let momentum: Double
  /// True: the running statistics in training too, as constants.
  let isFrozen: Bool

  /// `batch_norm`.
  public var kind: String { "batch_norm" }
  /// The gradients read the input; the output may be overwritten.
  public var backwardReads: BackwardReads { .inputs }

  /// `weight`, `bias`, `running_mean` and `running_var`, all (channels).
  public var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration("weight", [channels], .normWeight),
      ParameterDeclaration("bias", [channels], .normBias),
      ParameterDeclaration("running_mean", [channels], .runningMean),
      ParameterDeclaration("running_var", [channels], .runningVariance),
    ]
  }

  /// The same pixels.
  public func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region {
    output.mapped(in: input) { $0 }
  }

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0] }

  /// Mean and inverse deviation are kept; partial sums are scratch.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    let scratch = rs_batch_norm_scratch_count([inputs[0].kernelView])
    return Workspace(
      scratchBytes: scratch * MemoryLayout<Double>.size, savedDoubles: 2 * channels)
  }

  /// In training also moves the running statistics.
  public func forward(_ call: OperationCall) {
    let (type, parameters) = (call.type.kernelType, call.parameters)
    withViews(call.inputs[0], call.output) { x, y in
      if call.isTraining && !isFrozen {
        rs_batch_norm_forward_training(
          type, call.pool.handle, x, parameters[0], parameters[1], parameters[2], parameters[3],
          epsilon, momentum, y, call.saved, doubles(call.scratch))
      } else {
        rs_batch_norm_forward_evaluation(
          type, call.pool.handle, x, parameters[0], parameters[1], parameters[2], parameters[3],
          epsilon, y, call.saved)
      }
    }
  }

  /// Computes dx, dweight and dbias through the statistics that the forward pass used.
  public func backward(_ call: OperationCall) {
    guard let weightGradient = call.parameterGradients[0],
      let biasGradient = call.parameterGradients[1]
    else { preconditionFailure("the weights of a batch norm are trained") }
    // without a gradient to give on (a norm right behind the input) it goes over the output's own
    let target = call.inputGradients[0]
    let dx = target?.view ?? call.gradient
    withViews(call.inputs[0], call.gradient) { x, dy in
      withUnsafePointer(to: dx.kernelView) { dx in
        rs_batch_norm_backward(
          call.type.kernelType, call.pool.handle, call.isTraining && !isFrozen ? 1 : 0, x, dy,
          call.parameters[0], call.saved, dx, target?.accumulates == true ? 1 : 0, weightGradient,
          biasGradient, doubles(call.scratch))
      }
    }
  }

  private func doubles(_ scratch: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Double> {
    scratch.assumingMemoryBound(to: Double.self)
  }
}

extension GraphBuilder {
  /// Adds a batch norm; `name` is the path of its `weight`, `bias`, `running_mean`, `running_var`.
  public func batchNorm(
    _ x: Value, _ name: String, epsilon: Double = 1e-5, momentum: Double = 0.1,
    isFrozen: Bool = false
  ) -> Value {
    let count = channels(of: x)
    return add(
      BatchNorm(channels: count, epsilon: epsilon, momentum: momentum, isFrozen: isFrozen),
      name: name, inputs: [x],
      outputChannels: count)
  }
}
