import CKernels

/// The mean of each image and channel over all pixels: (N, H, W, C) becomes (N, 1, 1, C).
public struct GlobalAveragePool: Operation {
  /// `global_avg_pool`.
  public var kind: String { "global_avg_pool" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }
  /// One pixel.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    Shape(inputs[0].images, 1, 1, inputs[0].channels)
  }
  /// The whole image.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField { .unbounded }
  /// Sums of blocks of rows.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    .channelSums(of: inputs[0])
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_global_average_forward(
        call.type.kernelType, call.pool.handle, $0, $1, call.scratchDoubles)
    }
  }

  /// dx = dy / (H W).
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    withViews(call.gradient, target.view) {
      rs_global_average_backward(
        call.type.kernelType, call.pool.handle, $0, $1, target.accumulates ? 1 : 0)
    }
  }
}

extension GraphBuilder {
  /// Adds the mean over all pixels.
  public func globalAveragePool(_ x: Value) -> Value {
    add(
      GlobalAveragePool(), name: "global_average", inputs: [x], outputChannels: channels(of: x))
  }
}
