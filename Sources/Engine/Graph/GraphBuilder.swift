/// Builds a graph: a model is a function that calls its methods in the order of computation.
///
/// Each operation adds its own method in its file: `x = builder.convolution(x, "enc.0.conv1", …)`.
public final class GraphBuilder {
  private var inputs: [Value] = []
  private var nodes: [Node] = []
  private var parameters: [ParameterDeclaration] = []
  private var parameterIndex: [String: Int] = [:]
  private(set) var channels: [Int] = []

  /// Starts an empty graph.
  public init() {}

  /// Adds an input with this many channels; inputs come before everything else.
  public func input(channels: Int) -> Value {
    precondition(nodes.isEmpty, "inputs come before operations")
    let value = newValue(channels: channels)
    inputs.append(value)
    return value
  }

  /// The number of channels of a value.
  public func channels(of value: Value) -> Int { channels[value.index] }

  /// Adds an operation.
  ///
  /// A parameter whose full name exists already is shared with it.
  ///
  /// - Parameters:
  ///   - operation: What to compute.
  ///   - name: The path that parameter names start with.
  ///   - inputs: What it reads.
  ///   - outputChannels: Channels of the result.
  public func add(
    _ operation: any Operation, name: String, inputs: [Value], outputChannels: Int
  ) -> Value {
    let indices = operation.parameters.map { declaration in
      let full = ParameterDeclaration(
        "\(name).\(declaration.name)", declaration.shape, declaration.role)
      if let index = parameterIndex[full.name] {
        precondition(
          parameters[index] == full, "two parameters of different shape named '\(full.name)'")
        return index
      }
      parameterIndex[full.name] = parameters.count
      parameters.append(full)
      return parameters.count - 1
    }
    let output = newValue(channels: outputChannels)
    nodes.append(
      Node(name: name, operation: operation, inputs: inputs, output: output, parameters: indices))
    return output
  }

  /// Ends the graph with its outputs.
  ///
  /// Every operation must lead to one of them.
  public func graph(outputs: [Value]) -> Graph {
    var used = Set(outputs)
    for node in nodes.reversed() {
      precondition(used.contains(node.output), "'\(node.name)' leads to no output")
      used.formUnion(node.inputs)
    }
    return Graph(
      inputChannels: inputs.map { channels[$0.index] }, nodes: nodes, parameters: parameters,
      inputs: inputs, outputs: outputs, valueCount: channels.count)
  }

  private func newValue(channels count: Int) -> Value {
    channels.append(count)
    return Value(index: channels.count - 1)
  }
}
