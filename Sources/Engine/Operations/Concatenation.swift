import CKernels

/// The channels of several tensors of one size, one after the other.
///
/// Where the plan could place the inputs inside the output, nothing is copied.
public struct Concatenation: Operation {
  /// `concatenation`.
  public var kind: String { "concatenation" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }
  /// Each input is a range of channels.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .containsInputs }

  /// The sum of the channels.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let first = inputs[0]
    guard inputs.allSatisfy({ $0.with(channels: 1) == first.with(channels: 1) }) else {
      throw GraphError("cannot concatenate \(inputs.map(\.description).joined(separator: ", "))")
    }
    return first.with(channels: inputs.map(\.channels).reduce(0, +))
  }

  /// The same pixels.
  public func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region {
    output.mapped(in: input) { $0 }
  }

  /// Copies what was not placed.
  public func forward(_ call: OperationCall) {
    var first = 0
    for input in call.inputs {
      let part = call.output.channels(from: first, count: input.shape.channels)
      first += input.shape.channels
      guard part.pointer != input.pointer else { continue }
      withViews(input, part) { rs_copy(call.type.kernelType, call.pool.handle, $0, $1, 0) }
    }
  }

  /// Copies or adds the gradients of what was not placed.
  public func backward(_ call: OperationCall) {
    var first = 0
    for (input, target) in zip(call.inputs, call.inputGradients) {
      let part = call.gradient.channels(from: first, count: input.shape.channels)
      first += input.shape.channels
      guard let target, target.view.pointer != part.pointer else { continue }
      withViews(part, target.view) {
        rs_copy(call.type.kernelType, call.pool.handle, $0, $1, target.accumulates ? 1 : 0)
      }
    }
  }
}

extension GraphBuilder {
  /// Adds a concatenation of channels, in this order.
  public func concatenate(_ values: [Value]) -> Value {
    add(
      Concatenation(), name: "concatenate", inputs: values,
      outputChannels: values.map { channels(of: $0) }.reduce(0, +))
  }
}
