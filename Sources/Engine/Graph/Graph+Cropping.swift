/// The graph pass that leaves off pixels which only the halo of a window would read.
extension Graph {
  /// Sides of what is computed are multiples of this: the tiles of Winograd's transform.
  private static let alignment = 4
  /// Values that would not lose at least this share of their pixels are left whole.
  private static let leastSaving = 0.02

  /// The same network computing no more than a rectangle of its output needs.
  ///
  /// A decoder that fills a whole window computes a ring around the wanted pixels that nothing
  /// reads. The pass finds backwards which pixels of every value are needed, and crops what goes into
  /// transposed convolutions and concatenations. Convolutions pad what is cropped by zeros, which
  /// spoils only pixels that are not needed.
  ///
  /// - Parameters:
  ///   - wanted: What is wanted of every output.
  ///   - inputShapes: The shape of each input.
  /// - Returns: The network, and which pixels of the output it computes; nil where an operation needs
  ///   all of its input or nothing would be saved.
  func cropped(to wanted: Region, from inputShapes: [Shape]) throws -> (Graph, Region)? {
    let shapes = try shapes(for: inputShapes)
    guard let output = outputs.first, outputs.count == 1,
      Region(of: shapes[output.index]).contains(wanted), halo != nil
    else { return nil }
    let needed = neededRegions(wanted, of: output, shapes)
    var cropping = Cropping(self, shapes)
    for node in nodes { guard cropping.add(node, needed) else { return nil } }
    guard cropping.crops > 0 else { return nil }
    let graph = Graph(
      inputChannels: inputChannels, nodes: cropping.nodes, parameters: parameters, inputs: inputs,
      outputs: [output], valueCount: cropping.valueCount)
    return (graph, cropping.computed[output.index])
  }

  /// Which pixels of each value are needed for the wanted ones of the output; nil: none.
  private func neededRegions(_ wanted: Region, of output: Value, _ shapes: [Shape]) -> [Region?] {
    var needed = [Region?](repeating: nil, count: valueCount)
    needed[output.index] = wanted
    for node in nodes.reversed() {
      if let pooled = node.pooled, let region = needed[pooled.index] {
        needed[node.output.index] = Node.pooling.neededRegion(
          ofInput: 0, for: region, in: shapes[node.output.index]
        ).union(needed[node.output.index])
      }
      guard var region = needed[node.output.index] else { continue }
      if node.operation is Concatenation {
        region = region.rounded(to: Graph.alignment, in: shapes[node.output.index])
        needed[node.output.index] = region
      }
      for (index, input) in node.inputs.enumerated()
      where node.operation.passesGradient(toInput: index) {
        needed[input.index] = node.operation.neededRegion(
          ofInput: index, for: region, in: shapes[input.index]
        ).union(needed[input.index])
      }
    }
    return needed
  }

  /// The nodes of the cropped network as they are added one after the other.
  private struct Cropping {
    let shapes: [Shape]
    var nodes: [Node] = []
    var valueCount: Int
    /// Which pixels of each value of the whole network are computed.
    var computed: [Region]
    var crops = 0
    private var made: [Crop: Value] = [:]

    /// What was cropped, and how.
    private struct Crop: Hashable {
      let value: Value
      let region: Region
    }

    init(_ graph: Graph, _ shapes: [Shape]) {
      self.shapes = shapes
      valueCount = graph.valueCount
      computed = shapes.map(Region.init(of:))
    }

    /// Adds a node; false if it cannot work on a part of its input.
    mutating func add(_ node: Node, _ needed: [Region?]) -> Bool {
      guard let region = needed[node.output.index] else { return false }
      var inputs = node.inputs
      switch node.operation {
      case is Concatenation, is FitSize:
        inputs = inputs.map { crop($0, to: region, node.operation) }
        computed[node.output.index] = region
      case let operation as TransposedConvolution:
        guard let factor = operation.enlargement else { return false }
        if let part = needed[inputs[0].index], isWorthwhile(part, inputs[0]) {
          inputs[0] = crop(inputs[0], to: part, node.operation)
          computed[node.output.index] = part.mapped(in: shapes[node.output.index]) {
            $0.lowerBound * factor..<$0.upperBound * factor
          }
        } else {
          guard isWhole(inputs[0]) else { return false }
        }
      default:
        let parts = Set(node.inputs.map { computed[$0.index] })
        guard let part = parts.first, parts.count == 1 else { return false }
        if !isWhole(node.inputs[0]) {
          let (input, output) = (shapes[node.inputs[0].index], shapes[node.output.index])
          guard input.with(channels: 1) == output.with(channels: 1) else { return false }
          computed[node.output.index] = part
          guard node.pooled == nil else { return false }
        }
      }
      nodes.append(
        Node(
          name: node.name, operation: node.operation, inputs: inputs, output: node.output,
          pooled: node.pooled, parameters: node.parameters))
      return true
    }

    private func isWhole(_ value: Value) -> Bool {
      computed[value.index] == Region(of: shapes[value.index])
    }

    private func isWorthwhile(_ region: Region, _ value: Value) -> Bool {
      let count = Double(computed[value.index].count)
      return !isWhole(value) || Double(region.count) < (1 - Graph.leastSaving) * count
    }

    /// The value that holds just the region, made once.
    private mutating func crop(
      _ value: Value, to region: Region, _ reader: any Operation
    ) -> Value {
      let whole = computed[value.index]
      let part = region.mapped(in: shapes[value.index]) { $0 }
      guard part != whole else { return value }
      precondition(whole.contains(part), "what is needed is computed")
      let key = Crop(value: value, region: part)
      if let known = made[key] { return known }
      let output = Value(index: valueCount)
      valueCount += 1
      crops += 1
      made[key] = output
      nodes.append(
        Node(
          name: "crop", operation: Engine.Crop(region: part.relative(to: whole)), inputs: [value],
          output: output, parameters: []))
      return output
    }
  }
}
