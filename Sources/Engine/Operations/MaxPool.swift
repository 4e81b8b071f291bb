import CKernels

/// The largest of each `size` × `size` window, step `size`; incomplete windows are dropped.
public struct MaxPool: Operation {
  let size: Int

  /// `max_pool2d`.
  public var kind: String { "max_pool2d" }
  /// The gradient finds the largest again.
  public var backwardReads: BackwardReads { .inputs }

  /// ⌊size of the image / size of the window⌋ along each axis.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let shape = inputs[0]
    guard shape.height >= size, shape.width >= size else {
      throw GraphError("an image of \(shape) is smaller than the \(size)×\(size) window")
    }
    return Shape(shape.images, shape.height / size, shape.width / size, shape.channels)
  }

  /// The window.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    inputs[0].windowed(kernel: size, stride: size, padding: 0, dilation: 1)
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_max_pool_forward(call.type.kernelType, call.pool.handle, Int32(size), $0, $1)
    }
  }

  /// dy goes to the first largest pixel of its window.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    withViews(call.inputs[0], call.gradient) { x, dy in
      withUnsafePointer(to: target.view.kernelView) { dx in
        rs_max_pool_backward(
          call.type.kernelType, call.pool.handle, Int32(size), x, dy, dx,
          target.accumulates ? 1 : 0)
      }
    }
  }
}

extension GraphBuilder {
  /// Adds a max-pool with windows of `size` × `size`.
  public func maxPool(_ x: Value, size: Int = 2) -> Value {
    add(MaxPool(size: size), name: "pool", inputs: [x], outputChannels: channels(of: x))
  }
}
