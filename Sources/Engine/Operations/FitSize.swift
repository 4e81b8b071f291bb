import CKernels

/// Makes a tensor as high and wide as another by repeating its last row and column (PyTorch's
/// `F.pad(…, mode="replicate")` at the bottom and right): a U-Net needs it where a size is not a
/// multiple of its total stride.
///
/// Nothing is done where the sizes agree.
public struct FitSize: Operation {
  /// `replicate_pad`.
  public var kind: String { "replicate_pad" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }
  /// The same tensor where the sizes agree.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing {
    inputs[0] == output ? .isInput : .none
  }

  /// The pixels of the second input, the channels of the first.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    guard inputs[0].height <= inputs[1].height, inputs[0].width <= inputs[1].width else {
      throw GraphError("\(inputs[0]) is larger than the \(inputs[1]) that it is to fit")
    }
    return inputs[1].with(channels: inputs[0].channels)
  }

  /// The second input gives its size only.
  public func passesGradient(toInput index: Int) -> Bool { index == 0 }
  /// The second input gives its size only.
  public func readsValues(ofInput index: Int) -> Bool { index == 0 }

  /// The first input's: the second gives its size only.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField { inputs[0] }

  /// The same pixels.
  public func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region {
    output.mapped(in: input) { $0 }
  }

  /// Copies and repeats.
  public func forward(_ call: OperationCall) {
    guard call.inputs[0].pointer != call.output.pointer else { return }
    withViews(call.inputs[0], call.output) {
      rs_replicate_forward(call.type.kernelType, call.pool.handle, $0, 0, 0, $1)
    }
  }

  /// Sums over the copies of each pixel.
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
  /// Adds the padding of `x` to the size of `reference`.
  public func fit(_ x: Value, to reference: Value) -> Value {
    add(FitSize(), name: "fit", inputs: [x, reference], outputChannels: channels(of: x))
  }
}
