import CKernels

/// Bilinear resizing between pixel areas (PyTorch's `F.interpolate(…, mode="bilinear",
/// align_corners=False)`), without antialiasing: by a whole factor, or to the size of a second input.
public struct BilinearResize: Operation {
  /// nil: to the size of the second input.
  let factor: Int?

  /// `resize_bilinear`.
  public var kind: String { "resize_bilinear" }
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

  /// The channels of the first input.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    guard let factor else { return inputs[1].with(channels: inputs[0].channels) }
    return Shape(
      inputs[0].images, inputs[0].height * factor, inputs[0].width * factor, inputs[0].channels)
  }

  /// The two nearest pixels on each side; of sizes that are no multiples of each other one more.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    guard case .finite(let step, let before, let after) = inputs[0] else { return .unbounded }
    if let factor {
      let finer = step / Double(factor)
      let reach = 1.5 * step - 0.5 * finer
      return .finite(step: finer, before: before + reach, after: after + reach)
    }
    guard case .finite(let finer, _, _) = inputs[1] else { return .unbounded }
    return .finite(step: finer, before: before + 2.5 * step, after: after + 2.5 * step)
  }

  /// Where each row and column reads.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    Workspace(scratchBytes: rs_resize_scratch_bytes([output.kernelView]))
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    guard call.inputs[0].pointer != call.output.pointer else { return }
    withViews(call.inputs[0], call.output) {
      rs_resize_forward(call.type.kernelType, call.pool.handle, $0, $1, 0, call.scratch)
    }
  }

  /// Gives dy back to the pixels that were read.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0], target.view.pointer != call.gradient.pointer
    else { return }
    withViews(call.gradient, target.view) {
      rs_resize_backward(
        call.type.kernelType, call.pool.handle, $0, $1, target.accumulates ? 1 : 0, call.scratch)
    }
  }
}

extension GraphBuilder {
  /// Adds a bilinear resize to the height and width of `reference`.
  public func resize(_ x: Value, to reference: Value) -> Value {
    add(
      BilinearResize(factor: nil), name: "resize", inputs: [x, reference],
      outputChannels: channels(of: x))
  }

  /// Adds a bilinear enlargement by a whole factor.
  public func resize(_ x: Value, by factor: Int) -> Value {
    add(
      BilinearResize(factor: factor), name: "resize", inputs: [x], outputChannels: channels(of: x))
  }
}
