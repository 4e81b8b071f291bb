/// Everything about running a graph on images of one size, decided before anything is computed:
/// shapes, where each value and gradient lies, and how much memory there will be.
public struct Plan: Sendable {
  /// What runs: the network with operations joined where the kernels can.
  public let graph: Graph
  /// The shape of each input.
  public let inputShapes: [Shape]
  /// Which pixels of the first output are computed, all of them unless some were wanted.
  public let computedRegion: Region
  /// Element type, mode, threads and kernels.
  public let context: PlanContext
  /// The shape of each value.
  let shapes: [Shape]
  let placement: Placement
  /// Byte offset in the arena of each buffer of values, and of each buffer of gradients.
  let valueOffsets: [Int]
  let gradientOffsets: [Int]
  /// For each node and input: whether its gradient is added to what is there.
  let accumulates: [[Bool]]
  /// For each value: whether the backward pass computes its gradient.
  let hasGradient: [Bool]
  /// Values that lie in memory before their norm.
  let normalised: Set<Int>
  /// For each node and input: whether it sums up for the norm of that input.
  let collectsSums: [[Bool]]
  /// Byte offset of the coefficients of each buffer that holds such values.
  let coefficientOffsets: [Int?]
  /// Bytes for all coefficients.
  let coefficientBytes: Int
  let workspaces: [Workspace]
  /// Bytes for values and gradients.
  public let arenaBytes: Int
  /// Bytes that kernels share for the time of one call.
  public let scratchBytes: Int

  /// All the bytes that an executor of this plan allocates, parameters left out.
  public var peakBytes: Int {
    arenaBytes + scratchBytes + coefficientBytes + preparedBytes + savedBytes
  }

  /// Bytes for weights in the kernels' own layout; they do not depend on the images' size.
  public var preparedBytes: Int {
    workspaces.reduce(0) { $0 + Arena.rounded($1.preparedBytes) }
  }

  /// Bytes that the forward pass leaves for the backward pass beside values.
  var savedBytes: Int { workspaces.reduce(0) { $0 + 8 * $1.savedDoubles } }

  /// The shapes of the outputs.
  public var outputShapes: [Shape] { graph.outputs.map { shapes[$0.index] } }

  /// Multiply-adds of one forward pass.
  public var multiplyAdds: Int {
    graph.nodes.reduce(0) { sum, node in
      sum
        + node.operation.multiplyAdds(
          inputs: node.inputs.map { shapes[$0.index] }, output: shapes[node.output.index])
    }
  }

  /// Plans a graph.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - inputShapes: The shape of each input.
  ///   - isTraining: Whether a backward pass will follow.
  ///   - withInputGradients: Whether it goes on to the graph's inputs.
  ///   - wanted: Which pixels of the output are wanted, in a prediction; nil: all.
  ///   - type: Element type of all tensors and parameters.
  ///   - threads: Threads of the pool that will run it.
  ///   - kernels: How kernels are chosen.
  /// - Throws: `GraphError` naming the node that cannot take its input.
  public init(
    graph: Graph, inputShapes: [Shape], isTraining: Bool, withInputGradients: Bool = false,
    wanted: Region? = nil, type: ElementType = .float32, threads: Int, kernels: KernelChoice = .fast
  ) throws {
    self.inputShapes = inputShapes
    let context = PlanContext(
      type: type, isTraining: isTraining, withInputGradients: withInputGradients,
      threads: threads, kernels: kernels)
    self.context = context
    var graph = graph.joined(for: context).absorbed(for: context).fused(for: context)
    var computed: Region?
    if let wanted, !isTraining, let part = try graph.cropped(to: wanted, from: inputShapes) {
      (graph, computed) = part
    }
    self.graph = graph
    let shapes = try graph.shapes(for: inputShapes)
    self.shapes = shapes
    computedRegion = computed ?? Region(of: shapes[graph.outputs[0].index])
    let normalised = graph.normalisedValues(isTraining: isTraining)
    self.normalised = normalised
    collectsSums = graph.sumCollection(of: normalised)
    let hasGradient = graph.needsGradient(isTraining, withInputs: withInputGradients)
    self.hasGradient = hasGradient
    placement = Placement(
      graph: graph, shapes: shapes, isTraining: isTraining, hasGradient: hasGradient)
    workspaces = graph.nodes.map { node in
      node.operation.workspace(
        inputs: node.inputs.map { shapes[$0.index] }, output: shapes[node.output.index],
        in: context)
    }
    accumulates = Plan.accumulation(of: graph)
    let lifetimes = Lifetimes(
      graph: graph, placement: placement, isTraining: isTraining, hasGradient: hasGradient)
    var end = 0
    let normalisedBuffers = Set(normalised.map { [placement] in placement.homes[$0].buffer })
    coefficientOffsets = placement.buffers.enumerated().map { index, buffer in
      guard normalisedBuffers.contains(index) else { return nil }
      defer { end += Normalisation.byteCount(channels: buffer.channels) }
      return end
    }
    coefficientBytes = end
    let bytes = placement.buffers.map { $0.count * type.size }
    let arena = Arena(
      zip(bytes, lifetimes.values).map(Plan.request)
        + zip(bytes, lifetimes.gradients).map(Plan.request))
    valueOffsets = Array(arena.offsets[..<bytes.count])
    gradientOffsets = Array(arena.offsets[bytes.count...])
    arenaBytes = arena.byteCount
    scratchBytes = workspaces.map(\.scratchBytes).max() ?? 0
  }

  private static func request(bytes: Int, lifetime: ClosedRange<Int>?) -> Arena.Request {
    guard let lifetime else { return Arena.Request(bytes: 0, first: 0, last: 0) }
    return Arena.Request(bytes: bytes, first: lifetime.lowerBound, last: lifetime.upperBound)
  }

  /// The first consumer, in backward order, to reach an input writes its gradient; later ones add.
  private static func accumulation(of graph: Graph) -> [[Bool]] {
    var isWritten = (0..<graph.valueCount).map { graph.isOutput($0) }
    var result = [[Bool]](repeating: [], count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated().reversed() {
      result[index] = node.inputs.enumerated().map { position, input in
        guard node.operation.passesGradient(toInput: position) else { return false }
        defer { isWritten[input.index] = true }
        return isWritten[input.index]
      }
    }
    return result
  }
}
