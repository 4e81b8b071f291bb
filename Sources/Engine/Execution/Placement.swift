/// Which values share a buffer: the pass that makes skips and rectifiers free.
///
/// A concatenation's inputs are computed where the concatenation lies, a rectifier works in place.
/// Gradients are placed like the values they belong to.
struct Placement {
  /// Where a value lies: a buffer and its first channel there.
  struct Home: Equatable {
    var buffer: Int
    var channel: Int
  }

  /// One home for each value.
  private(set) var homes: [Home]
  /// Pixels and channels of each buffer; a buffer without a value in it is not allocated.
  private(set) var buffers: [Shape]

  init(graph: Graph, shapes: [Shape], isTraining: Bool, hasGradient: [Bool]) {
    homes = shapes.indices.map { Home(buffer: $0, channel: 0) }
    buffers = shapes
    let consumers = graph.consumers
    let producers = graph.producers
    // values that lie in another one's memory, which nobody may overwrite or move
    var ranges: Set<Int> = []
    for (index, node) in graph.nodes.enumerated() {
      let output = node.output.index
      let inputShapes = node.inputs.map { shapes[$0.index] }
      switch node.operation.sharing(inputs: inputShapes, output: shapes[output]) {
      case .none:
        break
      case .isInput:
        let input = node.inputs[0].index
        guard graph.readers(of: input) == [index], !graph.isOutput(input) else { continue }
        homes[output] = homes[input]
        if ranges.contains(input) || producers[input] == nil { ranges.insert(output) }
      case .rangeOfInput(let first):
        let input = node.inputs[0].index
        guard !hasGradient[input], !graph.isOutput(node.output.index) else { continue }
        homes[output] = homes[input]
        homes[output].channel += first
        ranges.insert(output)
      case .overwritesInput:
        let input = node.inputs[0].index
        guard consumers[input] == [index], let producer = producers[input], !graph.isOutput(input),
          !ranges.contains(input)
        else { continue }
        let isRead =
          graph.nodes[producer].operation.backwardReads.contains(.output)
          || node.operation.backwardReads.contains(.inputs)
        guard !isTraining || !isRead else { continue }
        homes[output] = homes[input]
      case .containsInputs:
        place(
          inputsOf: node, at: index, producers: producers, consumers: consumers, ranges: ranges)
      }
    }
  }

  /// Moves the inputs' buffers into the output's, where nothing speaks against it: an input is
  /// not the graph's own, fills its buffer, and is consumed later by nobody else (whose gradient
  /// would arrive before the concatenation's and be overwritten).
  private mutating func place(
    inputsOf node: Node, at index: Int, producers: [Int?], consumers: [[Int]], ranges: Set<Int>
  ) {
    let target = homes[node.output.index]
    var channel = target.channel
    for input in node.inputs {
      let home = homes[input.index]
      let width = buffers[input.index].channels  // buffers start as one for each value
      defer { channel += width }
      let movesWhole = home.channel == 0 && buffers[home.buffer].channels == width
      guard producers[input.index] != nil, !ranges.contains(input.index), movesWhole,
        home.buffer != target.buffer,
        consumers[input.index].allSatisfy({ $0 <= index }),
        consumers[input.index].filter({ $0 == index }).count == 1
      else { continue }
      for value in homes.indices where homes[value].buffer == home.buffer {
        homes[value] = Home(buffer: target.buffer, channel: channel + homes[value].channel)
      }
    }
  }
}

extension Graph {
  /// For each value the node that produces it; nil for inputs.
  var producers: [Int?] {
    var result = [Int?](repeating: nil, count: valueCount)
    for (index, node) in nodes.enumerated() {
      result[node.output.index] = index
      if let pooled = node.pooled { result[pooled.index] = index }
    }
    return result
  }

  /// For each value the nodes that read it, once for each time.
  var consumers: [[Int]] {
    var result = [[Int]](repeating: [], count: valueCount)
    for (index, node) in nodes.enumerated() {
      for input in node.inputs { result[input.index].append(index) }
    }
    return result
  }

  /// The nodes that read a value, not only its size, once for each time.
  func readers(of value: Int) -> [Int] {
    nodes.enumerated().flatMap { index, node in
      node.inputs.enumerated().filter { position, input in
        input.index == value && node.operation.readsValues(ofInput: position)
      }.map { _ in index }
    }
  }

  /// For each value whether the backward pass computes its gradient: where a parameter, or an input
  /// whose gradient is wanted, lies before it.
  func needsGradient(_ isTraining: Bool, withInputs: Bool) -> [Bool] {
    var result = [Bool](repeating: false, count: valueCount)
    guard isTraining else { return result }
    for input in inputs { result[input.index] = withInputs }
    for node in nodes {
      result[node.output.index] =
        !node.parameters.isEmpty
        || node.inputs.enumerated().contains { position, input in
          result[input.index] && node.operation.passesGradient(toInput: position)
        }
    }
    return result
  }

  func isOutput(_ value: Int) -> Bool { outputs.contains { $0.index == value } }
}
