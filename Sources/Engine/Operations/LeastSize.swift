import CKernels

/// Makes an image at least so many pixels high and wide by repeating its last row and column: a
/// network that halves its input several times needs it for small images.
///
/// Nothing is done where the image is large enough.
public struct LeastSize: Operation {
  /// Rows and columns.
  let size: Int

  /// `replicate_pad`.
  public var kind: String { "replicate_pad" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }
  /// The same tensor where it is large enough.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing {
    inputs[0] == output ? .isInput : .none
  }

  /// At least `size` rows and columns.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let x = inputs[0]
    return Shape(x.images, max(x.height, size), max(x.width, size), x.channels)
  }

  /// Copies and repeats.
  public func forward(_ call: OperationCall) { FitSize().forward(call) }
  /// Sums over the copies of each pixel.
  public func backward(_ call: OperationCall) { FitSize().backward(call) }
}

/// Cuts a tensor to the height and width of another, at the bottom and right.
public struct CropSize: Operation {
  /// `crop`.
  public var kind: String { "crop" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }
  /// The same tensor where the sizes agree.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing {
    inputs[0] == output ? .isInput : .none
  }

  /// The second input gives its size only.
  public func passesGradient(toInput index: Int) -> Bool { index == 0 }
  /// The second input gives its size only.
  public func readsValues(ofInput index: Int) -> Bool { index == 0 }
  /// The first input's: the second gives its size only.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField { inputs[0] }

  /// The pixels of the second input, the channels of the first.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    guard inputs[0].height >= inputs[1].height, inputs[0].width >= inputs[1].width else {
      throw GraphError("\(inputs[0]) is smaller than the \(inputs[1]) that it is to be cut to")
    }
    return inputs[1].with(channels: inputs[0].channels)
  }

  /// Copies what is kept.
  public func forward(_ call: OperationCall) { FitSize().forward(call) }
  /// What was cut off gets no gradient.
  public func backward(_ call: OperationCall) { FitSize().backward(call) }
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
