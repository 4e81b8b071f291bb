import CKernels

/// Two depthwise 3×3 convolutions of one input, one of them dilated, with the batch norm and the
/// rectifier with slopes behind both, made by `Graph.joined(for:)` for prediction in single precision:
/// one pass over the image instead of five (the block of CGNet).
struct ContextPair: Operation {
  let near: DepthwiseConvolution
  let around: DepthwiseConvolution
  let norm: BatchNorm
  let slopes: PReLU

  var kind: String { "depthwise_conv2d pair + batch_norm + prelu" }
  var backwardReads: BackwardReads { .inputs }
  var parameters: [ParameterDeclaration] {
    near.parameters + around.parameters + norm.parameters + slopes.parameters
  }
  private var channels: Int { Int(near.geometry.channels) }

  func outputShape(of inputs: [Shape]) throws -> Shape { inputs[0].with(channels: 2 * channels) }

  func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    .union([near.receptiveField(of: inputs), around.receptiveField(of: inputs)])
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 9 * output.count }

  func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    Workspace(
      scratchBytes: 4 * channels * MemoryLayout<Float>.size,
      preparedBytes: rs_context_pair_packed_count(Int32(channels)) * MemoryLayout<Float>.size)
  }

  func prepare(_ call: OperationCall) {
    let floats = call.parameters.map { $0.assumingMemoryBound(to: Float.self) }
    let scale = call.scratch.assumingMemoryBound(to: Float.self)
    let shift = scale + 2 * channels
    norm.writeFactors(floats[2..<6].map { UnsafePointer($0) }, scale: scale, shift: shift)
    rs_context_pair_pack(
      Int32(channels), floats[0], floats[1], scale, shift, floats[6],
      call.prepared.assumingMemoryBound(to: Float.self))
  }

  func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_context_pair(
        call.pool.handle, around.geometry.dilation,
        call.prepared.assumingMemoryBound(to: Float.self), $0, $1)
    }
  }

  func backward(_ call: OperationCall) {
    preconditionFailure("a pair is joined for prediction only")
  }
}

extension DepthwiseConvolution {
  /// Whether it can be one of a pair: 3×3, of stride 1 and the size of its input, nothing more.
  var isOfPair: Bool {
    !hasBias && geometry.gelu == 0 && geometry.kernel_h == 3 && geometry.kernel_w == 3
      && geometry.stride == 1 && geometry.padding == geometry.dilation
  }
}
