import Configuration
import Engine
import TestSupport
import Testing
import YAML

@testable import Models

struct SegFormerTests {
  private static let xs = SegFormer.Widths(
    hiddenSizes: [16, 32, 64, 128], depths: [1, 1, 1, 1], heads: [1, 2, 4, 8], decoder: 64)

  @Test(
    "The number of trained parameters is that of the published networks",
    arguments: [("b0", 3_714_658), ("b1", 13_677_762), ("b2", 27_348_162)])
  func count(_ name: String, _ expected: Int) throws {
    // of Hugging Face's `SegformerForSemanticSegmentation` with 3 bands and 2 classes
    let widths = try #require(SegFormer.Widths.variants.first { $0.name == name }?.widths)
    let graph = SegFormer(widths: widths).graph(bands: 3, outputs: 2)
    #expect(ParameterStore(graph: graph).trainedCount == expected)
  }

  @Test("Parameters have the names and shapes of published checkpoints")
  func names() {
    let graph = SegFormer(widths: Self.xs).graph(bands: 12, outputs: 5)
    let shapes = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
    #expect(shapes["segformer.encoder.patch_embeddings.0.proj.weight"] == [16, 12, 7, 7])
    #expect(shapes["segformer.encoder.patch_embeddings.3.layer_norm.bias"] == [128])
    let block = "segformer.encoder.block.1.0"
    #expect(shapes["\(block).attention.self.query.weight"] == [32, 32])
    #expect(shapes["\(block).attention.self.sr.weight"] == [32, 32, 4, 4])
    #expect(shapes["\(block).attention.self.layer_norm.weight"] == [32])
    #expect(shapes["\(block).attention.output.dense.bias"] == [32])
    #expect(shapes["\(block).mlp.dwconv.dwconv.weight"] == [128, 1, 3, 3])
    #expect(shapes["\(block).mlp.dense2.weight"] == [32, 128])
    #expect(shapes["segformer.encoder.block.3.0.attention.self.sr.weight"] == nil)
    #expect(shapes["decode_head.linear_c.2.proj.weight"] == [64, 64])
    #expect(shapes["decode_head.linear_fuse.weight"] == [64, 256, 1, 1])
    #expect(shapes["decode_head.batch_norm.running_var"] == [64])
    #expect(shapes["decode_head.classifier.weight"] == [5, 64, 1, 1])
  }

  @Test("Every name of a checkpoint is mapped as the reference says")
  func checkpointNames() throws {
    var tally = ReferenceTally("names of checkpoints")
    for (name, entry) in try ReferenceFolder().json("models").members {
      guard let names = entry["checkpoint_names"], !names.members.isEmpty else { continue }
      for (renamed, value) in names.members {
        let published = try #require(value.string)
        #expect(SegFormer.parameterName(inCheckpoint: renamed) == published, "\(name)")
        #expect(SegFormer.parameterName(inCheckpoint: published) == published, "\(name)")
        tally.compared()
      }
    }
    print(tally)
    #expect(
      SegFormer.parameterName(inCheckpoint: "decode_head.batch_norm.num_batches_tracked") == nil)
  }

  @Test(
    "The map is as large as the image, whatever its size",
    arguments: [(1, 1), (1, 40), (3, 2), (28, 29), (29, 64), (33, 31), (97, 65)])
  func size(_ height: Int, _ width: Int) throws {
    let graph = SegFormer(widths: Self.xs, dropPath: 0.2).graph(bands: 2, outputs: 3)
    let store = ParameterStore(graph: graph, withGradients: true)
    store.initialise(seed: 1)
    for isTraining in [false, true] {
      let executor = Executor(
        plan: try Plan(
          graph: graph, inputShapes: [Shape(2, height, width, 2)], isTraining: isTraining,
          threads: 2),
        parameters: store, pool: ThreadPool(threads: 2))
      let count = 2 * height * width
      executor.inputs[0].write((0..<2 * count).map { Float($0 % 7) / 7 })
      executor.forward()
      #expect(executor.outputs[0].shape == Shape(2, height, width, 3))
      #expect(executor.outputs[0].floats().allSatisfy { $0.isFinite })
      guard isTraining else { continue }
      executor.outputGradients[0].write((0..<3 * count).map { Float($0 % 5) - 2 })
      executor.backward()
      let gradients = store.declarations.indices.flatMap { store.gradientDoubles($0) }
      #expect(gradients.allSatisfy { $0.isFinite } && gradients.contains { $0 != 0 })
    }
  }

  @Test("A small image is one whose last row and column are repeated")
  func padding() throws {
    let graph = SegFormer(widths: Self.xs).graph(bands: 1, outputs: 2)
    let store = ParameterStore(graph: graph)
    store.initialise(seed: 2)
    func logits(_ height: Int, _ width: Int) throws -> [Float] {
      let executor = Executor(
        plan: try Plan(
          graph: graph, inputShapes: [Shape(1, height, width, 1)], isTraining: false, threads: 1),
        parameters: store, pool: ThreadPool(threads: 1))
      let pixels: [Float] = (0..<height * width).map { index in
        let (row, column) = (min(index / width, 4), min(index % width, 6))
        return Float(10 * row + column) / 30
      }
      executor.inputs[0].write(pixels)
      executor.forward()
      return executor.outputs[0].floats()
    }
    let (small, large) = (try logits(5, 7), try logits(29, 29))
    for row in 0..<5 {
      #expect(small[row * 14..<(row + 1) * 14] == large[row * 58..<row * 58 + 14])
    }
  }

  @Test("Training draws what follows from the step, on any number of threads")
  func threads() throws {
    let graph = SegFormer(widths: Self.xs, dropPath: 0.5, dropout: 0.3).graph(bands: 3, outputs: 2)
    func gradients(threads: Int, step: UInt64) throws -> [[Double]] {
      let store = ParameterStore(graph: graph, withGradients: true)
      store.initialise(seed: 1)
      let executor = Executor(
        plan: try Plan(
          graph: graph, inputShapes: [Shape(2, 48, 40, 3)], isTraining: true, threads: threads),
        parameters: store, pool: ThreadPool(threads: threads))
      executor.draws.step = step
      var generator = SeededGenerator(seed: 9)
      executor.inputs[0].write((0..<2 * 48 * 40 * 3).map { _ in Float(generator.normal()) })
      executor.forward()
      executor.outputGradients[0].write(
        (0..<2 * 48 * 40 * 2).map { _ in Float(generator.normal()) })
      executor.backward()
      return store.declarations.indices.map { store.gradientDoubles($0) }
    }
    let first = try gradients(threads: 1, step: 4)
    #expect(try gradients(threads: 2, step: 4) == first)
    #expect(try gradients(threads: 3, step: 4) == first)
    #expect(try gradients(threads: 2, step: 5) != first)
  }

  @Test("Settings choose a variant and change parts of it")
  func settings() throws {
    func model(_ text: String) throws -> SegFormer {
      SegFormer(
        try Settings(
          decoding: YAMLNode.parse(text: text), as: SegFormer.component.settings,
          in: DecodingContext(file: "a.yaml", baseDirectory: "")))
    }
    #expect(try model("{}").widths == SegFormer.Widths.variants[0].widths)
    #expect(try model("{}").dropPath == 0.1)
    let changed = try model("{variant: xs, depths: [1, 2, 3, 4], decoder: 32, drop_path: 0}")
    #expect(changed.widths.hiddenSizes == [16, 32, 64, 128])
    #expect(changed.widths.depths == [1, 2, 3, 4])
    #expect(changed.widths.decoder == 32 && changed.dropPath == 0)
    #expect(throws: (any Error).self) { try model("{hidden_sizes: [1, 2, 3]}") }
  }

  @Test("The graph's field is the whole image")
  func field() {
    let graph = SegFormer(widths: Self.xs).graph(bands: 2, outputs: 3)
    #expect(graph.receptiveField == .unbounded && graph.halo == nil)
  }
}
