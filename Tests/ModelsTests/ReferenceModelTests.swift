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
      guard let graph = referenceGraph(config) else {
        tally.notBuiltYet(name)
        continue
      }
      guard tally.finds("\(name).safetensors", in: Self.folder) else { continue }
      let store = ParameterStore(graph: graph, type: type)
      try store.load(Self.folder.tensors(name))
      let io = try Self.folder.tensors("\(name).io")
      for output in try #require(entry["outputs"]?.array) {
        let tensor = try #require(output["tensor"]?.string)
        let size = tensor.split(separator: "/")[0]
        guard tally.finds("\(size)/input", in: io) else { continue }
        let dims = try #require(io.shape("\(size)/input"))
        let plan = try Plan(
          graph: graph, inputShapes: [Shape(dims[0], dims[1], dims[2], dims[3])],
          isTraining: false, type: type, threads: 2, kernels: kernels)
        let executor = Executor(plan: plan, parameters: store, pool: ThreadPool(threads: 2))
        executor.inputs[0].write(try io.doubles("\(size)/input"))
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

/// The network that a `config` of `models.json` describes; nil if it isn't built yet.
func referenceGraph(_ config: JSONValue) -> Graph? {
  guard let bands = config["bands"]?.int, let classes = config["classes"]?.int else { return nil }
  switch config["architecture"]?.string {
  case "unet":
    guard let base = config["base"]?.int, let depth = config["depth"]?.int else { return nil }
    return UNet(base: base, depth: depth).graph(bands: bands, outputs: classes)
  default: return nil
  }
}
