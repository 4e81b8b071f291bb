import CKernels

/// y = x g + r: a gate and the sum behind it, made by `Graph.joined(for:)` for prediction.
struct GatedSum: Operation {
  var kind: String { "channel_gate + add" }
  var backwardReads: BackwardReads { .inputs }
  func outputShape(of inputs: [Shape]) throws -> Shape {
    let gated = try ChannelGate().outputShape(of: inputs)
    return try Add().outputShape(of: [gated, inputs[2]])
  }
  func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }

  func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.inputs[1]) {
      rs_gate(
        call.type.kernelType, call.pool.handle, $0, $1, [call.inputs[2].kernelView],
        [call.output.kernelView], 0)
    }
  }

  func backward(_ call: OperationCall) {
    preconditionFailure("a gated sum is joined for prediction only")
  }
}
