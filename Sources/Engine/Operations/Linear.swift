/// A linear map of the channels of each pixel, as PyTorch's `Linear`: a 1×1 convolution whose weights
/// are stored as (outputs, inputs).
public struct Linear: Operation {
  let convolution: Convolution

  init(inputs: Int, outputs: Int, hasBias: Bool) {
    convolution = Convolution(
      inputs: inputs, outputs: outputs, kernel: (1, 1), stride: 1, padding: 0, dilation: 1,
      groups: 1, hasBias: hasBias)
  }

  /// `linear`.
  public var kind: String { "linear" }
  /// The weight gradient reads the input.
  public var backwardReads: BackwardReads { convolution.backwardReads }

  /// `weight` (outputs, inputs) and, where it has one, `bias` (outputs).
  public var parameters: [ParameterDeclaration] {
    convolution.parameters.map { parameter in
      parameter.name == "weight"
        ? ParameterDeclaration("weight", Array(parameter.shape.prefix(2)), .projection) : parameter
    }
  }

  /// The same pixels.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    try convolution.outputShape(of: inputs)
  }

  /// Output elements times inputs.
  public func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    convolution.multiplyAdds(inputs: inputs, output: output)
  }

  /// That of the convolution.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    convolution.workspace(inputs: inputs, output: output, in: context)
  }

  /// Which kernel computes it.
  public func algorithm(in context: PlanContext) -> String? { convolution.algorithm(in: context) }
  /// Packs the weights.
  public func prepare(_ call: OperationCall) { convolution.prepare(call) }
  /// Computes y.
  public func forward(_ call: OperationCall) { convolution.forward(call) }
  /// Computes dx, dW and db.
  public func backward(_ call: OperationCall) { convolution.backward(call) }
}

extension GraphBuilder {
  /// Adds a linear map of channels; `name` is the path of its `weight` and `bias`.
  public func linear(_ x: Value, _ name: String, outputs: Int, bias: Bool = true) -> Value {
    add(
      Linear(inputs: channels(of: x), outputs: outputs, hasBias: bias), name: name, inputs: [x],
      outputChannels: outputs)
  }
}
