import CKernels

/// Batch normalisation over images, rows and columns, as PyTorch's `BatchNorm2d`: the batch's own
/// statistics in training, the running ones in evaluation.
public struct BatchNorm: Operation {
  let channels: Int
  let epsilon: Double
  let momentum: Double
  /// True: the running statistics in training too, as constants.
  let isFrozen: Bool
  /// The rectifier that prediction applies in the same pass, whose slopes are the last parameter.
  var slopes: PReLU?

  /// `batch_norm`, `batch_norm + prelu`.
  public var kind: String { slopes == nil ? "batch_norm" : "batch_norm + prelu" }
  /// The gradients read the input; the output may be overwritten.
  public var backwardReads: BackwardReads { .inputs }

  /// `weight`, `bias`, `running_mean` and `running_var`, all (channels).
  public var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration("weight", [channels], .normWeight),
      ParameterDeclaration("bias", [channels], .normBias),
      ParameterDeclaration("running_mean", [channels], .runningMean),
      ParameterDeclaration("running_var", [channels], .runningVariance),
    ] + (slopes?.parameters ?? [])
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
    guard slopes == nil else { return forwardWithSlopes(call) }
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

extension BatchNorm {
  /// In prediction the rectifier with slopes behind it.
  public func absorbing(_ next: any Operation, in context: PlanContext) -> (any Operation)? {
    guard slopes == nil, !context.isTraining, context.type == .float32, context.kernels != .naive,
      let slopes = next as? PReLU
    else { return nil }
    var both = self
    both.slopes = slopes
    return both
  }

  /// The running statistics as y = scale x + shift.
  ///
  /// - Parameters:
  ///   - parameters: Weight, bias, mean and variance.
  ///   - scale: (channels), written.
  ///   - shift: (channels), written.
  func writeFactors(
    _ parameters: [UnsafePointer<Float>], scale: UnsafeMutablePointer<Float>,
    shift: UnsafeMutablePointer<Float>
  ) {
    for channel in 0..<channels {
      let factor =
        Double(parameters[0][channel]) / (Double(parameters[3][channel]) + epsilon).squareRoot()
      scale[channel] = Float(factor)
      shift[channel] = Float(
        Double(parameters[1][channel]) - Double(parameters[2][channel]) * factor)
    }
  }

  private func forwardWithSlopes(_ call: OperationCall) {
    let floats = call.parameters.map { UnsafePointer($0.assumingMemoryBound(to: Float.self)) }
    // as many floats as the doubles that training keeps leave room for
    let scale = UnsafeMutableRawPointer(call.saved).assumingMemoryBound(to: Float.self)
    writeFactors(floats, scale: scale, shift: scale + channels)
    withViews(call.inputs[0], call.output) {
      rs_affine_prelu(call.type.kernelType, call.pool.handle, $0, scale, floats[4], $1)
    }
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
