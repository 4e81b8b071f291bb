/// The graph pass that joins convolutions with the norm and the rectifier behind them.
extension Graph {
  /// The same network with fewer nodes: `conv → norm → rectifier` becomes one.
  ///
  /// Parameters, inputs and outputs stay; values that nothing reads any more have no producer. Single
  /// precision only: double is the oracle. In training the output of such a node is normalised by
  /// those who read it, so all of them must be able to.
  func fused(for context: PlanContext) -> Graph {
    guard context.type == .float32, context.kernels != .naive else { return self }
    let consumers = consumers
    var replacements: [Int: Node] = [:]
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      guard let convolution = node.operation as? Convolution,
        ConvolutionKernel(convolution.geometry, context.kernels, context.type).isVectorised
      else { continue }
      var chain = [node]
      var chainIndices: [Int] = []
      func follow<O: Operation>(_ type: O.Type, where matches: (O) -> Bool = { _ in true }) -> O? {
        guard let last = chain.last, !isOutput(last.output.index),
          consumers[last.output.index].count == 1, let next = consumers[last.output.index].first,
          let operation = nodes[next].operation as? O, matches(operation)
        else { return nil }
        chain.append(nodes[next])
        chainIndices.append(next)
        return operation
      }
      let norm = follow(BatchNorm.self) { !(context.isTraining && $0.isFrozen) }
      let rectifier = norm?.slopes == nil ? follow(ReLU.self) : nil
      guard norm != nil || (rectifier != nil && !context.isTraining) else { continue }
      let output = chain[chain.count - 1].output
      if context.isTraining, convolution.hasBias || !isNormalisedByReaders(output, context) {
        continue
      }
      replacements[index] = Node(
        name: node.name,
        operation: NormalisedConvolution(
          convolution: convolution, norm: norm, rectifies: rectifier != nil),
        inputs: node.inputs, output: output, parameters: chain.flatMap(\.parameters))
      removed.formUnion(chainIndices)
    }
    let kept = nodes.indices.filter { !removed.contains($0) }.map { replacements[$0] ?? nodes[$0] }
    return replacing(nodes: context.isTraining ? kept : Graph.pooling(kept, context))
  }

  /// The same network with other nodes.
  private func replacing(nodes: [Node]) -> Graph {
    Graph(
      inputChannels: inputChannels, nodes: nodes, parameters: parameters, inputs: inputs,
      outputs: outputs, valueCount: valueCount)
  }

  /// The nodes with 2×2 pooling done by the Winograd convolutions before it, which have whole tiles
  /// of their output at hand.
  private static func pooling(_ nodes: [Node], _ context: PlanContext) -> [Node] {
    var nodes = nodes
    for (index, node) in nodes.enumerated().reversed() {
      guard let pool = node.operation as? MaxPool, pool.size == Node.pooling.size,
        let producer = nodes.firstIndex(where: { $0.output == node.inputs[0] }),
        nodes[producer].pooled == nil,
        let convolution = nodes[producer].operation as? NormalisedConvolution,
        convolution.isWinograd(context)
      else { continue }
      nodes[producer].pooled = node.output
      nodes.remove(at: index)
    }
    return nodes
  }

  /// Whether all that read a value can normalise it while they do.
  private func isNormalisedByReaders(_ value: Value, _ context: PlanContext) -> Bool {
    guard !isOutput(value.index) else { return false }
    return consumers[value.index].allSatisfy { index in
      let node = nodes[index]
      switch node.operation {
      case let operation as Convolution:
        return ConvolutionKernel(operation.geometry, context.kernels, context.type).isVectorised
      case let operation as TransposedConvolution:
        return ConvolutionKernel(operation.geometry, context.kernels, context.type).isVectorised
      case let operation as MaxPool:
        return operation.size == 2
      case is FitSize:
        // the second input gives its size only
        return node.inputs[0] != value
      case is Concatenation:
        // only where nothing needs to be copied
        return isNormalisedByReaders(node.output, context)
          && Set(node.inputs).count == node.inputs.count
          && node.inputs.allSatisfy { input in
            producers[input.index] != nil && !isOutput(input.index)
              && consumers[input.index].allSatisfy { $0 <= index }
          }
      default:
        return false
      }
    }
  }

  /// The values that lie in memory before their norm: outputs of fused nodes in training, and
  /// concatenations that hold some.
  func normalisedValues(isTraining: Bool) -> Set<Int> {
    guard isTraining else { return [] }
    var values: Set<Int> = []
    for node in nodes {
      if node.operation is NormalisedConvolution
        || (node.operation is Concatenation
          && node.inputs.contains { values.contains($0.index) })
      {
        values.insert(node.output.index)
      }
    }
    return values
  }

  /// For each node and input: whether its gradient of that input is the last word, so that it sums
  /// up for the norm of the value.
  func sumCollection(of values: Set<Int>) -> [[Bool]] {
    let consumers = consumers
    let producers = producers
    // the first to read is the last to write the gradient
    func isLast(_ node: Int, _ value: Int) -> Bool { consumers[value].min() == node }
    func needsSums(_ value: Int) -> Bool {
      guard values.contains(value), let producer = producers[value] else { return false }
      guard nodes[producer].operation is Concatenation else { return true }
      return nodes[producer].inputs.contains { isLast(producer, $0.index) && needsSums($0.index) }
    }
    return nodes.enumerated().map { index, node in
      node.inputs.map { isLast(index, $0.index) && needsSums($0.index) }
    }
  }
}
