import CKernels

/// The product of two matrices for each image: rows are pixels, columns are channels.
///
/// Inputs (N, H, W, K) and (N, H', W', C) with H' W' = K; the result is (N, H, W, C).
public struct MatrixProduct: Operation {
  /// `matmul`.
  public var kind: String { "matmul" }
  /// Each gradient reads the other input.
  public var backwardReads: BackwardReads { .inputs }
  /// Every pixel sees all.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField { .unbounded }

  /// The first input's pixels, the second's channels.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let (a, b) = (inputs[0], inputs[1])
    guard a.images == b.images, a.channels == b.height * b.width else {
      throw GraphError("\(a) and \(b) have no product: channels must be as many as pixels")
    }
    return a.with(channels: b.channels)
  }

  /// Output elements times the first input's channels.
  public func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    output.count * inputs[0].channels
  }

  /// Computes the product.
  public func forward(_ call: OperationCall) {
    multiply(call, call.inputs[0], call.inputs[1], into: call.output, accumulates: false)
  }

  /// da = dy bᵀ, db = aᵀ dy.
  public func backward(_ call: OperationCall) {
    if let target = call.inputGradients[0] {
      multiply(
        call, call.gradient, call.inputs[1], turningSecond: true, into: target.view,
        accumulates: target.accumulates)
    }
    guard let target = call.inputGradients[1] else { return }
    multiply(
      call, call.inputs[0], turningFirst: true, call.gradient, into: target.view,
      accumulates: target.accumulates)
  }

  private func multiply(
    _ call: OperationCall, _ a: TensorView, turningFirst: Bool = false, _ b: TensorView,
    turningSecond: Bool = false, into c: TensorView, accumulates: Bool
  ) {
    for image in 0..<c.shape.images {
      let rows = c.shape.height * c.shape.width
      let depth = turningFirst ? a.shape.height * a.shape.width : a.shape.channels
      rs_matrix_product_rows(
        call.type.kernelType, call.pool.handle, Int32(rows), Int32(c.shape.channels), Int32(depth),
        [matrix(a, image, turningFirst)], [matrix(b, image, turningSecond)],
        [matrix(c, image, false)], accumulates ? 1 : 0)
    }
  }

  private func matrix(_ view: TensorView, _ image: Int, _ isTurned: Bool) -> rs_matrix {
    let first = image * view.shape.height * view.shape.width * view.pixelStride
    return rs_matrix(
      data: view.pointer + first * view.type.size, stride: Int64(view.pixelStride),
      transposed: isTurned ? 1 : 0)
  }
}

extension GraphBuilder {
  /// Adds the matrix product of the pixels of `first` with those of `second`.
  public func matrixProduct(_ first: Value, _ second: Value) -> Value {
    add(
      MatrixProduct(), name: "matmul", inputs: [first, second],
      outputChannels: channels(of: second))
  }
}
