/// When each buffer holds something: forward calls are moments 0 ..< n, the loss is moment n,
/// backward calls are moments n + 1 ...
///
/// 2n in reverse order.
struct Lifetimes {
  /// For each buffer of values; nil if nothing lies there.
  private(set) var values: [ClosedRange<Int>?]
  /// For each buffer of gradients; nil if nothing lies there.
  private(set) var gradients: [ClosedRange<Int>?]

  init(graph: Graph, placement: Placement, isTraining: Bool, hasGradient: [Bool]) {
    let count = graph.nodes.count
    func backwardMoment(_ node: Int) -> Int { 2 * count - node }
    values = Array(repeating: nil, count: placement.buffers.count)
    gradients = values

    for input in graph.inputs { extendValue(input, to: 0, placement) }
    for (index, node) in graph.nodes.enumerated() {
      extendValue(node.output, to: index, placement)
      if let pooled = node.pooled { extendValue(pooled, to: index, placement) }
      let read = node.inputs.enumerated().filter {
        node.operation.readsValues(ofInput: $0.offset)
      }.map(\.element)
      for input in read { extendValue(input, to: index, placement) }
      guard isTraining else { continue }
      if node.operation.backwardReads.contains(.output) {
        extendValue(node.output, to: backwardMoment(index), placement)
      }
      if node.operation.backwardReads.contains(.inputs) {
        for input in read { extendValue(input, to: backwardMoment(index), placement) }
      }
    }
    // the outputs stay readable after the backward pass
    let end = isTraining ? 2 * count + 1 : count
    for output in graph.outputs { extendValue(output, to: end, placement) }

    guard isTraining else { return }
    for output in graph.outputs { extendGradient(output, to: count, placement) }
    for (index, node) in graph.nodes.enumerated() {
      if hasGradient[node.output.index] {
        extendGradient(node.output, to: backwardMoment(index), placement)
      }
      for input in node.inputs where hasGradient[input.index] {
        extendGradient(input, to: backwardMoment(index), placement)
      }
    }
    for input in graph.inputs where hasGradient[input.index] {
      extendGradient(input, to: 2 * count + 1, placement)
    }
  }

  private mutating func extendValue(_ value: Value, to moment: Int, _ placement: Placement) {
    let buffer = placement.homes[value.index].buffer
    values[buffer] = Lifetimes.extended(values[buffer], to: moment)
  }

  private mutating func extendGradient(_ value: Value, to moment: Int, _ placement: Placement) {
    let buffer = placement.homes[value.index].buffer
    gradients[buffer] = Lifetimes.extended(gradients[buffer], to: moment)
  }

  private static func extended(_ range: ClosedRange<Int>?, to moment: Int) -> ClosedRange<Int> {
    guard let range else { return moment...moment }
    return min(range.lowerBound, moment)...max(range.upperBound, moment)
  }
}
