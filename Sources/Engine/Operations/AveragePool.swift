import CKernels

/// The mean of each window over zero padding whose pixels count, as PyTorch's `avg_pool2d`.
public struct AveragePool: Operation {
  let size: Int
  let stride: Int
  let padding: Int

  /// `avg_pool2d`.
  public var kind: String { "avg_pool2d" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }

  /// ⌊(size + 2 padding - window) / stride⌋ + 1 along each axis.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let shape = inputs[0]
    func extent(_ pixels: Int) throws -> Int {
      guard pixels + 2 * padding >= size else {
        throw GraphError("an image of \(shape) is smaller than the \(size)×\(size) window")
      }
      return (pixels + 2 * padding - size) / stride + 1
    }
    return Shape(shape.images, try extent(shape.height), try extent(shape.width), shape.channels)
  }

  /// The window.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    inputs[0].windowed(kernel: size, stride: stride, padding: padding, dilation: 1)
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_average_pool_forward(
        call.type.kernelType, call.pool.handle, Int32(size), Int32(stride), Int32(padding), $0, $1)
    }
  }

  /// Each pixel gets its share of every window that holds it.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    withViews(call.gradient, target.view) {
      rs_average_pool_backward(
        call.type.kernelType, call.pool.handle, Int32(size), Int32(stride), Int32(padding), $0, $1,
        target.accumulates ? 1 : 0)
    }
  }
}

extension GraphBuilder {
  /// Adds the mean of windows of `size` × `size`, `stride` apart.
  public func averagePool(_ x: Value, size: Int, stride: Int, padding: Int = 0) -> Value {
    add(
      AveragePool(size: size, stride: stride, padding: padding), name: "average", inputs: [x],
      outputChannels: channels(of: x))
  }
}
