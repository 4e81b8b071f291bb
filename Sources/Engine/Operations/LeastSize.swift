import CKernels

/// Makes an image at least so many pixels high and wide by repeating its last row and column, for
/// networks that cannot take less.
///
/// Nothing is done, or copied, where it is large enough.
public struct LeastSize: Operation {
  /// Rows and columns.
  let size: Int

  /// `least_size`.
  public var kind: String { "least_size" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }
  /// The same tensor where it is large enough.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing {
    inputs[0] == output ? .rangeOfInput(first: 0) : .none
  }

  /// At least so many rows and columns.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let shape = inputs[0]
    guard shape.height > 0, shape.width > 0 else { throw GraphError("the image is empty") }
    return Shape(
      shape.images, max(shape.height, size), max(shape.width, size), shape.channels)
  }

  /// Copies and repeats.
  public func forward(_ call: OperationCall) {
    guard call.inputs[0].pointer != call.output.pointer else { return }
    withViews(call.inputs[0], call.output) {
      rs_replicate_forward(call.type.kernelType, call.pool.handle, $0, $1)
    }
  }

  /// Sums over the copies of each pixel.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    withViews(call.gradient, target.view) {
      rs_replicate_backward(
        call.type.kernelType, call.pool.handle, $0, $1, target.accumulates ? 1 : 0)
    }
  }
}

/// Cuts rows at the bottom and columns at the right, to the size of another tensor: what `LeastSize`
/// added.
public struct CropSize: Operation {
  /// `crop`.
  public var kind: String { "crop" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }
  /// The same tensor where there is nothing to cut.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing {
    inputs[0] == output ? .isInput : .none
  }

  /// The pixels of the second input, the channels of the first.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    guard inputs[0].height >= inputs[1].height, inputs[0].width >= inputs[1].width else {
      throw GraphError("\(inputs[0]) is smaller than the \(inputs[1]) that is to be left of it")
    }
    return inputs[1].with(channels: inputs[0].channels)
  }

  /// The second input gives its size only.
  public func passesGradient(toInput index: Int) -> Bool { index == 0 }

  /// The first input's.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField { inputs[0] }

  /// Copies what is left.
  public func forward(_ call: OperationCall) {
    guard call.inputs[0].pointer != call.output.pointer else { return }
    withViews(call.inputs[0], call.output) {
      rs_replicate_forward(call.type.kernelType, call.pool.handle, $0, $1)
    }
  }

  /// 0 for what was cut.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0], target.view.pointer != call.gradient.pointer
    else { return }
    withViews(call.gradient, target.view) {
      rs_replicate_backward(
        call.type.kernelType, call.pool.handle, $0, $1, target.accumulates ? 1 : 0)
    }
  }
}

extension GraphBuilder {
  /// Adds the padding of `x` to at least `size` rows and columns.
  public func fit(_ x: Value, toAtLeast size: Int) -> Value {
    add(LeastSize(size: size), name: "fit", inputs: [x], outputChannels: channels(of: x))
  }

  /// Adds the cutting of `x` to the size of `reference`.
  public func crop(_ x: Value, to reference: Value) -> Value {
    add(CropSize(), name: "crop", inputs: [x, reference], outputChannels: channels(of: x))
  }
}
