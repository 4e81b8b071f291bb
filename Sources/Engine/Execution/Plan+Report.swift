/// One layer of a plan, for listings.
public struct LayerReport: Sendable, Equatable, Encodable {
  /// The path of its parameters: `enc.0.conv1`.
  public let name: String
  /// What it computes: `conv2d`.
  public let kind: String
  /// Images, rows, columns and channels of its output.
  public let output: [Int]
  /// How it computes; nil where there is only one way.
  public let algorithm: String?
  /// Multiply-adds of the forward pass.
  public let multiplyAdds: Int
  /// Bytes of its output.
  public let bytes: Int
  /// Pixels of the network's input along one axis that a pixel of the output depends on; nil if all.
  public let receptiveField: Int?
}

extension Plan {
  /// The layers in the order of computation.
  public var layers: [LayerReport] {
    let fields = graph.receptiveFields
    return graph.nodes.map { node in
      let inputs = node.inputs.map { shapes[$0.index] }
      let output = shapes[node.output.index]
      return LayerReport(
        name: node.name,
        kind: node.operation.kind + (node.pooled == nil ? "" : " + \(Node.pooling.kind)"),
        output: [output.images, output.height, output.width, output.channels],
        algorithm: node.operation.algorithm(in: context),
        multiplyAdds: node.operation.multiplyAdds(inputs: inputs, output: output),
        bytes: output.count * context.type.size,
        receptiveField: fields[node.output.index].pixels)
    }
  }
}

extension ReceptiveField {
  /// Pixels of the input along one axis that a pixel depends on; nil if all.
  public var pixels: Int? {
    guard case .finite(let step, let before, let after) = self else { return nil }
    return Int((before + step + after).rounded(.up))
  }
}
