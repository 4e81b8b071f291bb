/// The graph pass that joins operations of several inputs in prediction.
extension Graph {
  /// The same network with fewer nodes, in single precision.
  ///
  /// Two depthwise convolutions of one value with their norm and slopes, and a gate with the sum
  /// behind it, become one each.
  func joined(for context: PlanContext) -> Graph {
    guard !context.isTraining, context.type == .float32, context.kernels != .naive else {
      return self
    }
    let (consumers, producers) = (consumers, producers)
    /// The only reader of a node's output.
    func reader(of index: Int) -> Int? {
      let value = nodes[index].output.index
      return isOutput(value) || consumers[value].count != 1 ? nil : consumers[value].first
    }
    var replacements: [Int: Node] = [:]
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      switch node.operation {
      case is Concatenation:
        let parts = node.inputs.compactMap { producers[$0.index] }
        guard parts.count == 2, node.inputs.count == 2, parts[0] != parts[1],
          nodes[parts[0]].inputs == nodes[parts[1]].inputs,
          parts.allSatisfy({ reader(of: $0) == index }),
          let near = nodes[parts[0]].operation as? DepthwiseConvolution, near.isOfPair,
          near.geometry.dilation == 1,
          let around = nodes[parts[1]].operation as? DepthwiseConvolution, around.isOfPair,
          let normIndex = reader(of: index),
          let norm = nodes[normIndex].operation as? BatchNorm,
          let last = reader(of: normIndex), let slopes = nodes[last].operation as? PReLU
        else { continue }
        let members = [parts[0], parts[1], normIndex, last].map { nodes[$0] }
        replacements[index] = Node(
          name: members[0].name,
          operation: ContextPair(near: near, around: around, norm: norm, slopes: slopes),
          inputs: members[0].inputs, output: members[3].output,
          parameters: members.flatMap(\.parameters))
        removed.formUnion([parts[0], parts[1], normIndex, last])
      case is ChannelGate:
        guard let next = reader(of: index), nodes[next].operation is Add,
          let other = nodes[next].inputs.first(where: { $0 != node.output })
        else { continue }
        // where the sum stands everything is there
        replacements[next] = Node(
          name: node.name, operation: GatedSum(), inputs: node.inputs + [other],
          output: nodes[next].output, parameters: [])
        removed.insert(index)
      default: continue
      }
    }
    return Graph(
      inputChannels: inputChannels,
      nodes: nodes.indices.filter { !removed.contains($0) }.map { replacements[$0] ?? nodes[$0] },
      parameters: parameters, inputs: inputs, outputs: outputs, valueCount: valueCount)
  }
}
