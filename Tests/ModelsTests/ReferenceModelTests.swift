import Configuration
import Engine
import Models
import TestSupport
import Testing

/// Every model of `models.json` whose architecture is built, against PyTorch's logits.
struct ReferenceModelTests {
  static let folder = ReferenceFolder()

  @Test(arguments: [KernelChoice.fast, .exact, .naive], [ElementType.float32, .float64])
  func logitsAgreeWithPyTorch(kernels: KernelChoice, type: ElementType) throws {
    var tally = ReferenceTally("models, \(kernels), \(type)")
    for (name, entry) in try Self.folder.json("models").members {
      let config = try #require(entry["config"])
      guard referenceGraph(config, output: "logits") != nil else {
        tally.notBuiltYet(name)
        continue
      }
      guard tally.finds("\(name).safetensors", in: Self.folder) else { continue }
      let io = try Self.folder.tensors("\(name).io")
      for output in try #require(entry["outputs"]?.array) {
        let tensor = try #require(output["tensor"]?.string)
        let parts = tensor.split(separator: "/").map(String.init)
        let size = parts[0]
        guard let graph = referenceGraph(config, output: parts[1]) else {
          tally.notBuiltYet("\(name) \(tensor)")
          continue
        }
        let store = ParameterStore(graph: graph, type: type)
        try store.load(Self.folder.tensors(name), naming: referenceNaming(config))
        guard let (dims, values) = try referenceInput(size, in: io) else {
          tally.notInThisFolder("\(name) \(size)/input")
          continue
        }
        let plan = try Plan(
          graph: graph, inputShapes: [Shape(dims[0], dims[1], dims[2], dims[3])],
          isTraining: false, type: type, threads: 2, kernels: kernels)
        let executor = Executor(plan: plan, parameters: store, pool: ThreadPool(threads: 2))
        executor.inputs[0].write(values)
        executor.forward()
        let error = maxAbsDifference(executor.outputs[0].doubles(), try io.doubles(tensor))
        let deviation = try #require(output["std"]?.double)
        #expect(error <= 1e-4 * deviation + 1e-5, "\(name) \(tensor): \(error)")
        tally.compared()
      }
    }
    print(tally)
    #expect(tally.comparedCount > 0)
  }
}

/// The network that a `config` of `models.json` describes, up to one of its outputs (`logits`,
/// `logits_quarter`); nil if it isn't built yet.
func referenceGraph(_ config: JSONValue, output: String) -> Graph? {
  guard let bands = config["bands"]?.int, let classes = config["classes"]?.int else { return nil }
  switch config["architecture"]?.string {
  case "unet":
    guard output == "logits", let base = config["base"]?.int, let depth = config["depth"]?.int
    else { return nil }
    return UNet(base: base, depth: depth).graph(bands: bands, outputs: classes)
  case "segformer":
    guard let network = SegFormer(reference: config) else { return nil }
    switch output {
    case "logits": return network.graph(bands: bands, outputs: classes)
    case "logits_quarter": return network.quarterGraph(bands: bands, outputs: classes)
    default: return nil
    }
  case "cgnet":
    guard let network = CGNet(reference: config) else { return nil }
    switch output {
    case "logits": return network.graph(bands: bands, outputs: classes)
    case "logits_eighth": return network.eighthGraph(bands: bands, outputs: classes)
    default: return nil
    }
  case "fc_siam_diff":
    guard output == "logits", let base = config["base"]?.int else { return nil }
    return try? FCSiameseDifference(base: base, dropout: 0)
      .graph(bands: 2 * bands, outputs: classes)
  default: return nil
  }
}

/// From the names of a reference file to those of the network.
func referenceNaming(_ config: JSONValue) -> (String) -> String? {
  let isSegFormer = config["architecture"]?.string == "segformer"
  return { isSegFormer ? SegFormer.parameterName(inCheckpoint: $0) : $0 }
}

extension SegFormer {
  /// The network of a `config`, without anything random; nil if it is of another geometry than this
  /// one's.
  init?(reference config: JSONValue) {
    guard let hiddenSizes = config["hidden_sizes"]?.ints, let depths = config["depths"]?.ints,
      let heads = config["heads"]?.ints, let decoder = config["decoder_hidden_size"]?.int,
      config["sr_ratios"]?.ints == [8, 4, 2, 1], config["mlp_ratios"]?.ints == [4, 4, 4, 4]
    else { return nil }
    self.init(
      widths: Widths(hiddenSizes: hiddenSizes, depths: depths, heads: heads, decoder: decoder),
      dropPath: 0, dropout: 0)
  }
}

extension CGNet {
  /// The network of a `config`; nil if that lacks the numbers of blocks.
  init?(reference config: JSONValue) {
    guard let second = config["M"]?.int, let third = config["N"]?.int else { return nil }
    self.init(secondBlocks: second, thirdBlocks: third)
  }
}

/// The shape and values of an input, those of two dates as one; nil if the file lacks it.
private func referenceInput(
  _ size: String, in io: SafeTensors
) throws -> (dims: [Int], values: [Double])? {
  if let dims = io.shape("\(size)/input") { return (dims, try io.doubles("\(size)/input")) }
  guard let dims = io.shape("\(size)/input1") else { return nil }
  let dates = try ["1", "2"].map { try io.doubles("\(size)/input\($0)") }
  let bands = dims[3]
  let values = (0..<dates[0].count / bands).flatMap { pixel in
    dates.flatMap { $0[pixel * bands..<(pixel + 1) * bands] }
  }
  return (Array(dims[..<3]) + [2 * bands], values)
}
