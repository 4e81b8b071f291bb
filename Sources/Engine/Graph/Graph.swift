/// A tensor in a graph, before its size is known: an index into `Graph.values`.
public struct Value: Sendable, Hashable {
  let index: Int
}

/// One operation in a graph.
public struct Node: Sendable {
  /// The path of its parameters: `enc.0.conv1`; of operations without parameters a description.
  public let name: String
  /// What it computes.
  public let operation: any Operation
  /// What it reads.
  public let inputs: [Value]
  /// What it writes.
  public let output: Value
  /// Where the largest of each 2×2 pixels of its output go, too; made by `Graph.fused(for:)`.
  var pooled: Value?
  /// Indices of its parameters in `Graph.parameters`, in the operation's order.
  public let parameters: [Int]

  /// What `pooled` is the result of.
  static let pooling = MaxPool(size: 2)
}

/// A network as data: nodes in the order of computation, for any image size.
///
/// Shapes, gradients, memory, receptive field, cost and files are all derived from it.
public struct Graph: Sendable {
  /// Channels of each input; images, rows and columns are free.
  public let inputChannels: [Int]
  /// The operations in order: every node reads only inputs and outputs of earlier nodes.
  public let nodes: [Node]
  /// All parameters, with full names as in a PyTorch state dict.
  public let parameters: [ParameterDeclaration]
  /// The inputs, in order.
  public let inputs: [Value]
  /// The outputs, in order.
  public let outputs: [Value]
  /// Number of values, inputs included.
  public let valueCount: Int

  /// The shape of every value for the given input shapes.
  ///
  /// - Throws: `GraphError` naming the node that cannot take its input.
  public func shapes(for inputShapes: [Shape]) throws -> [Shape] {
    guard inputShapes.map(\.channels) == inputChannels else {
      throw GraphError(
        "the network takes inputs of \(inputChannels) channels, "
          + "found \(inputShapes.map(\.channels))")
    }
    var shapes = inputShapes + Array(repeating: Shape(0, 0, 0, 0), count: valueCount - inputs.count)
    for node in nodes {
      do {
        shapes[node.output.index] =
          try node.operation.outputShape(of: node.inputs.map { shapes[$0.index] })
        if let pooled = node.pooled {
          shapes[pooled.index] = try Node.pooling.outputShape(of: [shapes[node.output.index]])
        }
      } catch let error as GraphError {
        throw GraphError("\(node.name) (\(node.operation.kind)): \(error)")
      }
    }
    return shapes
  }

  /// The receptive field of every value.
  public var receptiveFields: [ReceptiveField] {
    var fields = Array(repeating: ReceptiveField.input, count: valueCount)
    for node in nodes {
      fields[node.output.index] =
        node.operation.receptiveField(of: node.inputs.map { fields[$0.index] })
      if let pooled = node.pooled {
        fields[pooled.index] = Node.pooling.receptiveField(of: [fields[node.output.index]])
      }
    }
    return fields
  }

  /// The receptive field of the outputs together.
  public var receptiveField: ReceptiveField {
    let fields = receptiveFields
    return .union(outputs.map { fields[$0.index] })
  }

  /// The largest step of any value: windows of a scene start at its multiples.
  public var totalStride: Int {
    receptiveFields.reduce(1) {
      guard case .finite(let step, _, _) = $1 else { return $0 }
      return max($0, Int(step.rounded(.up)))
    }
  }

  /// Pixels that a window must reach beyond what it is to give, rounded up to the total stride;
  /// nil where the receptive field is unbounded.
  public var halo: Int? {
    guard case .finite(_, let before, let after) = receptiveField else { return nil }
    let reach = Int(max(before, after).rounded(.up))
    return (reach + totalStride - 1) / totalStride * totalStride
  }
}
