import CKernels

/// The sum of two tensors of one shape: a residual connection.
public struct Add: Operation {
  /// `add`.
  public var kind: String { "add" }
  /// Nothing.
  public var backwardReads: BackwardReads { [] }
  /// The first summand can be overwritten.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .overwritesInput }

  /// The shape of both.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    guard inputs[0] == inputs[1] else {
      throw GraphError("cannot add \(inputs[0]) and \(inputs[1])")
    }
    return inputs[0]
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    MaskedSum(call).write(
      call.inputs[0], plus: call.inputs[1], to: call.output, accumulates: false)
  }

  /// Gives dy on to both.
  public func backward(_ call: OperationCall) {
    for case .some(let target) in call.inputGradients
    where target.view.pointer != call.gradient.pointer {
      MaskedSum(call).write(call.gradient, to: target.view, accumulates: target.accumulates)
    }
  }
}

extension GraphBuilder {
  /// Adds the sum of two values; the first should be read by nothing else, to be overwritten.
  public func add(_ first: Value, _ second: Value) -> Value {
    add(Add(), name: "add", inputs: [first, second], outputChannels: channels(of: first))
  }
}
