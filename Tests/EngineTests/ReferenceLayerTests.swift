import Engine
import Foundation
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
  /// Of the second factor of a product.
  let secondShape: Shape?
  /// Of a random draw.
  let mask: Shape?

  init(_ entry: JSONValue, _ tensors: SafeTensors) throws {
    name = try #require(entry["name"]?.string)
    operation = try #require(entry["op"]?.string)
    attributes = try #require(entry["attrs"])
    let dims = tensors.shape("\(name)/x") ?? tensors.shape("\(name)/a") ?? []
    let second = tensors.shape("\(name)/b") ?? []
    secondShape = second.isEmpty ? nil : Shape(second[0], 1, second[1], second[2])
    if dims.count == 3 {  // tokens, in row-major pixel order
      let height = attributes["height"]?.int ?? 1
      shape = Shape(dims[0], height, attributes["width"]?.int ?? dims[1], dims[2])
    } else {
      shape = dims.count == 4 ? Shape(dims[0], dims[1], dims[2], dims[3]) : Shape(0, 0, 0, 0)
    }
    let sizes = tensors.shape("\(name)/mask") ?? []
    mask =
      sizes.isEmpty
      ? nil : Shape(sizes[0], sizes[safe: 1] ?? 1, sizes[safe: 2] ?? 1, sizes[safe: 3] ?? 1)
    bias = tensors.shape("\(name)/bias") != nil
    weightShape = tensors.shape("\(name)/weight") ?? []
  }

  /// A graph of the operation alone, its parameters under `layer.`; nil if it isn't built.
  func graph() -> Graph? {
    guard shape.count > 0 else { return nil }
    let builder = GraphBuilder()
    let x = builder.input(channels: shape.channels)
    var rate: Double { attributes["p"]?.double ?? 0 }
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
    case "layer_norm":
      output = builder.layerNorm(x, "layer", epsilon: attributes["eps"]?.double ?? 0)
    case "gelu": output = builder.gelu(x)
    case "linear": output = builder.linear(x, "layer", outputs: weightShape[0], bias: bias)
    case "softmax": output = builder.softmax(x)
    case "log_softmax": output = builder.softmax(x, logarithmic: true)
    case "matmul":
      guard let secondShape else { return nil }
      output = builder.matrixProduct(x, builder.input(channels: secondShape.channels))
    case "efficient_self_attention":
      output = builder.selfAttention(
        x, "layer", heads: whole("heads"), reduction: whole("sr_ratio"))
    case "resize_bilinear":
      output = builder.resize(x, to: builder.input(channels: 1))  // the second gives its size
    case "dropout":
      let mask = mask.map { builder.input(channels: $0.channels) }
      output = builder.dropout(x, rate: mask == nil ? 0 : rate, mask: mask)
    case "drop_path":
      let branch = builder.input(channels: shape.channels)
      output = builder.dropPath(
        branch, onto: x, rate: rate, mask: builder.input(channels: 1))
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
      let key = "\(name)/\(Self.key(parameter.name))"
      let stored = tensors.shape(key) == nil ? "\(key)_before" : key
      store.set(index, to: try tensors.doubles(stored))
    }
    let pool = ThreadPool(threads: 2)
    let output = try #require(tensors.shape("\(name)/y"))
    var inputs: [(shape: Shape, tensor: String?)] = [(shape, secondShape == nil ? "x" : "a")]
    if let secondShape { inputs.append((secondShape, "b")) }
    if tensors.shape("\(name)/branch") != nil { inputs.append((shape, "branch")) }
    if let mask { inputs.append((mask, "mask")) }
    if inputs.count < graph.inputChannels.count {
      inputs.append((Shape(output[0], output[1], output[2], 1), nil))  // it gives its size only
    }
    let plan = try Plan(
      graph: graph, inputShapes: inputs.map(\.shape), isTraining: true, withInputGradients: true,
      type: type, threads: 2, kernels: kernels)
    let executor = Executor(plan: plan, parameters: store, pool: pool)
    for (view, input) in zip(executor.inputs, inputs) {
      if let tensor = input.tensor { view.write(try tensors.doubles("\(name)/\(tensor)")) }
    }
    executor.forward()
    expect(executor.outputs[0].doubles(), "y", tensors, 1e-5)
    executor.outputGradients[0].write(try tensors.doubles("\(name)/grad_y"))
    executor.backward()
    for (view, input) in zip(executor.inputGradients, inputs) {
      guard let tensor = input.tensor, tensor != "mask" else { continue }
      expect(view.doubles(), "grad_\(tensor)", tensors, 5e-5)
    }
    for (index, parameter) in store.declarations.enumerated() {
      let local = Self.key(parameter.name)
      if parameter.role.isTrained {
        expect(store.gradientDoubles(index), "grad_\(local)", tensors, 5e-5)
      } else if tensors.shape("\(name)/\(local)_after") != nil {
        expect(store.doubles(index), "\(local)_after", tensors, 1e-5)
      }
    }
  }

  /// The key of a parameter in the file: those of attention have names of their own.
  private static func key(_ parameter: String) -> String {
    var key = parameter.replacingOccurrences(of: "layer.", with: "")
    for (path, stored) in [("self.layer_norm", "norm"), ("self", ""), ("output.dense", "out")]
    where key.hasPrefix(path + ".") {
      key = stored + (stored.isEmpty ? "" : ".") + key.dropFirst(path.count + 1)
    }
    return key.replacingOccurrences(of: ".", with: "_")
  }

  private func expect(
    _ found: [Double], _ tensor: String, _ tensors: SafeTensors, _ tolerance: Double
  ) {
    guard let expected = try? tensors.doubles("\(name)/\(tensor)") else {
      Issue.record("\(name)/\(tensor) is missing")
      return
    }
    let error = maxAbsDifference(found, expected)
    // softmax does not see the bias of keys: what is stored is noise
    let limit = tensor == "grad_key_bias" ? 1e-5 : tolerance * maxAbs(expected)
    #expect(error <= limit, "\(name)/\(tensor): \(error)")
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
