import CKernels

/// Some neighbouring channels of a tensor: one date of a stack of two.
///
/// Nothing is copied, unless the tensor has a gradient: then the range has memory of its own, and its
/// gradient is added where it belongs.
public struct ChannelRange: Operation {
  let first: Int
  let count: Int

  /// `channel_range`.
  public var kind: String { "channel_range" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }
  /// A range of the input.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .rangeOfInput(first: first) }

  /// The same pixels.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    guard first + count <= inputs[0].channels else {
      throw GraphError(
        "\(inputs[0]) has no channels \(first) to \(first + count - 1), counted from 0")
    }
    return inputs[0].with(channels: count)
  }

  /// Copies where the range is no view.
  public func forward(_ call: OperationCall) {
    let part = call.inputs[0].channels(from: first, count: count)
    guard part.pointer != call.output.pointer else { return }
    withViews(part, call.output) { rs_copy(call.type.kernelType, call.pool.handle, $0, $1, 0) }
  }

  /// The range gets dy, the other channels nothing.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    if !target.accumulates { target.view.clear() }
    let part = target.view.channels(from: first, count: count)
    withViews(call.gradient, part) {
      rs_copy(call.type.kernelType, call.pool.handle, $0, $1, target.accumulates ? 1 : 0)
    }
  }
}

extension GraphBuilder {
  /// Adds the channels `first ..< first + count`.
  public func channels(_ x: Value, from first: Int, count: Int) -> Value {
    precondition(
      first >= 0 && count > 0 && first + count <= channels(of: x), "no such range of channels")
    return add(
      ChannelRange(first: first, count: count), name: "channels", inputs: [x],
      outputChannels: count)
  }
}
