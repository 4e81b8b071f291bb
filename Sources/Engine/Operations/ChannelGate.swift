import CKernels

/// y = x g with one factor for each image and channel, g of (N, 1, 1, C): the gate of
/// squeeze-and-excitation (Hu, Shen and Sun 2018).
public struct ChannelGate: Operation {
  /// `channel_gate`.
  public var kind: String { "channel_gate" }
  /// Each gradient reads the other factor.
  public var backwardReads: BackwardReads { .inputs }
  /// It can work in place.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }

  /// The first input's shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let (x, gate) = (inputs[0], inputs[1])
    guard gate == Shape(x.images, 1, 1, x.channels) else {
      throw GraphError("a gate of \(gate) does not fit \(x)")
    }
    return x
  }

  /// Sums of the gradient by the gate.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    context.isTraining ? .channelSums(of: inputs[0]) : .none
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.inputs[1]) {
      rs_gate(
        call.type.kernelType, call.pool.handle, $0, $1, [rs_view()], [call.output.kernelView], 0)
    }
  }

  /// dx = dy g; dg = the sum of x dy over the pixels.
  public func backward(_ call: OperationCall) {
    if let target = call.inputGradients[1] {
      withViews(call.inputs[0], call.gradient) {
        rs_gate_gradient(
          call.type.kernelType, call.pool.handle, $0, $1, [target.view.kernelView],
          target.accumulates ? 1 : 0, call.scratchDoubles)
      }
    }
    guard let target = call.inputGradients[0] else { return }
    withViews(call.gradient, call.inputs[1]) {
      rs_gate(
        call.type.kernelType, call.pool.handle, $0, $1, [rs_view()], [target.view.kernelView],
        target.accumulates ? 1 : 0)
    }
  }
}

extension GraphBuilder {
  /// Adds x times a factor for each image and channel.
  public func gate(_ x: Value, by gate: Value) -> Value {
    add(ChannelGate(), name: "gate", inputs: [x, gate], outputChannels: channels(of: x))
  }
}
