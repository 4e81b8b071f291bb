/// The graph pass in which an operation takes over what follows it.
extension Graph {
  /// The same network where operations that can have absorbed the ones behind them, as long as
  /// nothing else reads what lies between.
  func absorbed(for context: PlanContext) -> Graph {
    let consumers = consumers
    var removed: Set<Int> = []
    var merged = nodes
    for index in nodes.indices where !removed.contains(index) {
      var node = merged[index]
      while !isOutput(node.output.index), consumers[node.output.index].count == 1,
        let next = consumers[node.output.index].first, nodes[next].inputs == [node.output],
        let operation = node.operation.absorbing(nodes[next].operation, in: context)
      {
        node = Node(
          name: node.name, operation: operation, inputs: node.inputs, output: nodes[next].output,
          parameters: node.parameters + nodes[next].parameters)
        removed.insert(next)
      }
      merged[index] = node
    }
    return Graph(
      inputChannels: inputChannels,
      nodes: merged.indices.filter { !removed.contains($0) }.map { merged[$0] },
      parameters: parameters, inputs: inputs, outputs: outputs, valueCount: valueCount)
  }
}
