import Engine
import TestSupport
import Testing

/// Every case of `layers.json` whose operation is built, against PyTorch's values.
struct ReferenceLayerTests {
  static let folder = ReferenceFolder()

  @Test(arguments: [KernelChoice.fast, .exact, .naive], [ElementType.float32, .float64])
  func layersAgreeWithPyTorch(kernels: KernelChoice, type: ElementType) throws {
    let document = try Self.folder.json("layers")
    let tensors = try Self.folder.tensors("layers")
    let cases = try #require(document["layers"]?.array)
    var tally = ReferenceTally("layers, \(kernels), \(type)")
    for entry in cases {
      let layer = try ReferenceLayer(entry, tensors)
      guard let graph = layer.graph() else {
        tally.notBuiltYet("\(layer.name)")
        continue
      }
      try layer.check(graph, tensors, kernels: kernels, type: type)
      tally.compared()
    }
    print(tally)
    #expect(tally.comparedCount > 0)
  }
}

/// One case of `layers.json`.
struct ReferenceLayer {
  let name: String
  let operation: String
  let attributes: JSONValue
  let shape: Shape
  let bias: Bool
  let weightShape: [Int]

  init(_ entry: JSONValue, _ tensors: SafeTensors) throws {
    name = try #require(entry["name"]?.string)
    operation = try #require(entry["op"]?.string)
    attributes = try #require(entry["attrs"])
    let dims = tensors.shape("\(name)/x") ?? []
    shape = dims.count == 4 ? Shape(dims[0], dims[1], dims[2], dims[3]) : Shape(0, 0, 0, 0)
    bias = tensors.shape("\(name)/bias") != nil
    weightShape = tensors.shape("\(name)/weight") ?? []
  }

  /// A graph of the operation alone, its parameters under `layer.`; nil if it isn't built.
  func graph() -> Graph? {
    guard shape.count > 0 else { return nil }
    let builder = GraphBuilder()
    let x = builder.input(channels: shape.channels)
    func whole(_ key: String) -> Int { attributes[key]?.int ?? 0 }
    let output: Value
    switch operation {
    case "conv2d":
      output = builder.convolution(
        x, "layer", outputs: weightShape[0], kernel: weightShape[2], stride: whole("stride"),
        padding: whole("padding"), dilation: whole("dilation"), groups: whole("groups"), bias: bias)
    case "conv_transpose2d":
      output = builder.transposedConvolution(
        x, "layer", outputs: weightShape[1], kernel: weightShape[2], stride: whole("stride"),
        padding: whole("padding"), outputPadding: whole("output_padding"), bias: bias)
    case "batch_norm":
      output = builder.batchNorm(
        x, "layer", epsilon: attributes["eps"]?.double ?? 0,
        momentum: attributes["momentum"]?.double ?? 0.1,
        isFrozen: attributes["training"]?.bool == false)
    case "relu": output = builder.relu(x)
    case "sigmoid": output = builder.sigmoid(x)
    case "prelu": output = builder.prelu(x, "layer")
    case "avg_pool2d":
      output = builder.averagePool(
        x, size: whole("kernel"), stride: whole("stride"), padding: whole("padding"))
    case "global_avg_pool": output = builder.globalAveragePool(x)
    case "max_pool2d" where whole("kernel") == whole("stride"):
      output = builder.maxPool(x, size: whole("kernel"))
    case "replicate_pad" where whole("left") == 0 && whole("top") == 0:
      output = builder.fit(x, to: builder.input(channels: 1))  // the second gives its size
    default: return nil
    }
    return builder.graph(outputs: [output])
  }

  func check(
    _ graph: Graph, _ tensors: SafeTensors, kernels: KernelChoice, type: ElementType
  ) throws {
    let store = ParameterStore(graph: graph, type: type, withGradients: true)
    for (index, parameter) in store.declarations.enumerated() {
      let key = parameter.name.replacingOccurrences(of: "layer.", with: "\(name)/")
      let stored = tensors.shape(key) == nil ? "\(key)_before" : key
      store.set(index, to: try tensors.doubles(stored))
    }
    let pool = ThreadPool(threads: 2)
    let output = try #require(tensors.shape("\(name)/y"))
    let sizeOnly = Shape(output[0], output[1], output[2], 1)
    let plan = try Plan(
      graph: graph, inputShapes: graph.inputChannels.count == 2 ? [shape, sizeOnly] : [shape],
      isTraining: true, withInputGradients: true, type: type,
      threads: 2, kernels: kernels)
    let executor = Executor(plan: plan, parameters: store, pool: pool)
    executor.inputs[0].write(try tensors.doubles("\(name)/x"))
    executor.forward()
    expect(executor.outputs[0].doubles(), "y", tensors, 1e-5)
    executor.outputGradients[0].write(try tensors.doubles("\(name)/grad_y"))
    executor.backward()
    expect(executor.inputGradients[0].doubles(), "grad_x", tensors, 5e-5)
    for (index, parameter) in store.declarations.enumerated() {
      let local = parameter.name.replacingOccurrences(of: "layer.", with: "")
      if parameter.role.isTrained {
        expect(store.gradientDoubles(index), "grad_\(local)", tensors, 5e-5)
      } else if tensors.shape("\(name)/\(local)_after") != nil {
        expect(store.doubles(index), "\(local)_after", tensors, 1e-5)
      }
    }
  }

  private func expect(
    _ found: [Double], _ tensor: String, _ tensors: SafeTensors, _ tolerance: Double
  ) {
    guard let expected = try? tensors.doubles("\(name)/\(tensor)") else {
      Issue.record("\(name)/\(tensor) is missing")
      return
    }
    let error = maxAbsDifference(found, expected)
    #expect(error <= tolerance * maxAbs(expected), "\(name)/\(tensor): \(error)")
  }
}
