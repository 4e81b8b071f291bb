import CKernels

/// Multi-head attention: each pixel of the first input asks the pixels of the second and third.
///
/// Inputs are queries (N, H, W, C), keys and values (N, H', W', C); the result is
/// softmax(q kᵀ / √(C / heads)) v for each head, (N, H, W, C). Blocks of queries are worked on at a
/// time, so memory grows with the image, not with its square; the backward pass makes the softmax
/// again.
///
/// Vaswani et al. 2017.
public struct Attention: Operation {
  let heads: Int

  /// `attention`.
  public var kind: String { "attention" }
  /// Queries, keys and values.
  public var backwardReads: BackwardReads { .inputs }

  /// The queries' shape.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let (q, k, v) = (inputs[0], inputs[1], inputs[2])
    guard q.channels % heads == 0 else {
      throw GraphError("\(q.channels) channels cannot be shared by \(heads) heads")
    }
    guard k == v, k.images == q.images, k.channels == q.channels, k.count > 0 else {
      throw GraphError("queries \(q), keys \(k) and values \(v) do not fit")
    }
    return q
  }

  /// Every pixel sees all.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField { .unbounded }

  /// Two products of all queries with all keys.
  public func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    2 * output.count * inputs[1].height * inputs[1].width
  }

  /// Packed keys and values, products of a block of queries for each thread.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    let operands = rs_attention(
      q: inputs[0].kernelView, k: inputs[1].kernelView, v: inputs[2].kernelView,
      heads: Int32(heads))
    return Workspace(
      scratchBytes: [0, context.isTraining ? 1 : 0].map {
        rs_attention_scratch_bytes(
          context.type.kernelType, [operands], $0, Int32(context.threads))
      }.reduce(0, max))
  }

  private func operands(_ call: OperationCall) -> rs_attention {
    rs_attention(
      q: call.inputs[0].kernelView, k: call.inputs[1].kernelView, v: call.inputs[2].kernelView,
      heads: Int32(heads))
  }

  /// Computes the result.
  public func forward(_ call: OperationCall) {
    rs_attention_forward(
      call.type.kernelType, call.pool.handle, [operands(call)], [call.output.kernelView],
      call.scratch)
  }

  /// Computes the gradients by queries, keys and values.
  public func backward(_ call: OperationCall) {
    let targets = call.inputGradients
    let views = targets.map { $0?.view.kernelView ?? rs_view() }
    let accumulates = targets.enumerated().reduce(0) {
      $0 | ($1.element?.accumulates == true ? 1 << $1.offset : 0)
    }
    rs_attention_backward(
      call.type.kernelType, call.pool.handle, [operands(call)], [call.gradient.kernelView],
      [views[0]], [views[1]], [views[2]], Int32(accumulates), call.scratch)
  }
}

extension GraphBuilder {
  /// Adds multi-head attention of the pixels of `queries` to those of `keys` and `values`.
  public func attention(queries: Value, keys: Value, values: Value, heads: Int) -> Value {
    add(
      Attention(heads: heads), name: "attention", inputs: [queries, keys, values],
      outputChannels: channels(of: queries))
  }

  /// Adds SegFormer's efficient self-attention.
  ///
  /// Queries come from every pixel; keys and values from an image reduced by a convolution without
  /// overlap, which drops what does not fill a window, and a layer norm (Xie and others 2021).
  ///
  /// - Parameters:
  ///   - x: The input.
  ///   - name: The path of `self.query`, `self.key`, `self.value` and `output.dense`; reduced also of
  ///     `self.sr` and `self.layer_norm`.
  ///   - heads: Number of heads; it divides the channels.
  ///   - reduction: Kernel and stride of the reducing convolution; 1: none.
  public func selfAttention(_ x: Value, _ name: String, heads: Int, reduction: Int) -> Value {
    let width = channels(of: x)
    let queries = linear(x, "\(name).self.query", outputs: width)
    var reduced = x
    if reduction > 1 {
      reduced = convolution(
        x, "\(name).self.sr", outputs: width, kernel: reduction, stride: reduction)
      reduced = layerNorm(reduced, "\(name).self.layer_norm")
    }
    let seen = attention(
      queries: queries, keys: linear(reduced, "\(name).self.key", outputs: width),
      values: linear(reduced, "\(name).self.value", outputs: width), heads: heads)
    return linear(seen, "\(name).output.dense", outputs: width)
  }
}
