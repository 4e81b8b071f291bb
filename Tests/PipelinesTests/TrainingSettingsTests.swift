import Engine
import Foundation
import Models
import Rasters
import Testing

@testable import Pipelines
@testable import Training

/// What a pipeline file can say of training, from the file to the map.
struct TrainingSettingsTests {
  private static let files = ["model.safetensors", "fire_classes.tif", "fire_probability.tif"]

  private func stages(_ changes: [(String, String)]) -> String {
    changes.reduce(TestPipeline.allStages) { $0.replacing($1.0, with: $1.1) }
  }

  /// Share of the observed pixels that a map has right.
  private func accuracy(_ test: TestPipeline, _ output: String) throws -> Double {
    let classes = try Raster(path: test.folder.file("\(output)/fire_classes.tif"))
    let values = try classes.readClasses(classes.grid.window, band: 1)
    var (hits, all) = (0, 0)
    for (pixel, value) in values.enumerated() {
      guard let value else { continue }
      let truth = TestPipeline.isBurned(pixel % TestPipeline.side, pixel / TestPipeline.side)
      all += 1
      if (value == 1) == truth { hits += 1 }
    }
    return Double(hits) / Double(all)
  }

  @Test(
    "Every architecture for one image trains and maps",
    arguments: [
      "{name: unet, base: 4, depth: 2, norm: group, groups: 2, residual: true}",
      "{segformer: {hidden_sizes: [8, 8, 16, 16], depths: [1, 1, 1, 1], heads: [1, 1, 2, 2], "
        + "decoder: 16, drop_path: 0.1}}",
      "{cgnet: {second_blocks: 2, third_blocks: 2}}", "fc_ef", "fc_siam_diff",
    ])
  func architectures(model: String) throws {
    let test = try TestPipeline()
    let text = stages([
      ("{name: unet, base: 4, depth: 2}", model), ("epochs: 3", "epochs: 4"),
      ("steps: 8", "steps: 12"),
    ])
    try test.run(try test.file(text), threads: 2)
    #expect(try accuracy(test, "out") > 0.8, "\(model)")
    let trained = try TrainedModel(path: test.folder.file("out/model.safetensors"))
    #expect(trained.parameters.declarations.count > 4)
  }

  @Test("Accumulation, averages, rates, clipping and hard windows give the same bytes again")
  func options() throws {
    let test = try TestPipeline()
    let text = stages([
      ("batch: 4", "batch: 2\n      accumulate: 2\n      average: {decay: 0.9}"),
      ("steps: 8", "steps: 8\n      clip_value: 0.5\n      hard_windows: 0.4\n      exact: true"),
      (
        "schedule: constant",
        "schedule: {name: one_cycle}\n      rates: [{parameters: 'enc.*', factor: 0.5}]"
      ),
      (
        "{name: adamw, learning_rate: 0.01}",
        "{sam: {rho: 0.02, base: {adamw: {learning_rate: 0.01, decay_norms_and_biases: false}}}}"
      ),
    ])
    var digests: [[String]] = []
    for (output, threads) in [("a", 1), ("b", 2)] {
      try test.run(try test.file(text, output: output), threads: threads)
      digests.append(try Self.files.map { try test.digest("\(output)/\($0)") })
    }
    #expect(digests[0] == digests[1])
    #expect(try accuracy(test, "a") > 0.9)
  }

  @Test("Training starts from a model file; frozen layers stay, and the rest says what it is")
  func start() throws {
    let test = try TestPipeline()
    try test.run(try test.file(TestPipeline.allStages, output: "first"))
    let first = test.folder.file("first/model.safetensors")
    let recorder = Recorder()
    let text = stages([
      ("epochs: 3", "epochs: 1\n      start: \(first)\n      frozen: ['enc.*', 'mid.*']"),
      ("- indices", "- indices: {channels: [pre.red, post.red, post.nir, dnbr]}"),
    ])
    try test.run(try test.file(text, output: "second"), observer: recorder)
    let (old, new) = (
      try TrainedModel(path: first),
      try TrainedModel(path: test.folder.file("second/model.safetensors"))
    )
    for (index, declaration) in new.parameters.declarations.enumerated()
    where declaration.role.isTrained {
      let before = old.parameters.declarations.firstIndex { $0.name == declaration.name }
      let values = new.parameters.doubles(index)
      let isSame = before.map { old.parameters.doubles($0) == values } ?? false
      let isFrozen = declaration.name.hasPrefix("enc.") || declaration.name.hasPrefix("mid.")
      // the first convolution is adapted to other bands
      if declaration.name != "enc.0.conv1.weight" {
        #expect(isSame == isFrozen, "\(declaration.name)")
      }
    }
    let notes = recorder.lines.withLock { $0 }.filter {
      $0.contains("starts from") || $0.contains("was trained on")
    }
    #expect(notes.count == 2, "\(notes)")
  }

  @Test("A checkpoint of another architecture is refused, and NaN weights are")
  func unfitStart() throws {
    let test = try TestPipeline()
    try test.run(try test.file(TestPipeline.allStages, output: "first"))
    let first = test.folder.file("first/model.safetensors")
    let text = stages([
      ("epochs: 3", "epochs: 1\n      start: \(first)"),
      ("{name: unet, base: 4, depth: 2}", "{cgnet: {second_blocks: 2, third_blocks: 2}}"),
    ])
    let pipeline = try test.file(text, output: "second")
    let message = test.folder.message { try test.run(pipeline) }
    #expect(
      message.contains("no tensor has the name and shape of one of this network"), "\(message)")
  }

  @Test("The hardest windows are those with the greatest loss, in a fixed order")
  func hardWindows() {
    var hard = HardWindows()
    let drawn = [7: (0..<4).map { HardWindows.Draw(scene: 0, x: $0, y: 0) }]
    hard.note(
      [0.1, 0.9, 0.9, 0.2].enumerated().map {
        ImageLoss(batch: 7, image: $0.offset, name: nil, loss: $0.element)
      })
    hard.rank(drawn)
    #expect(hard.ranked == [HardWindows.Draw(scene: 0, x: 1, y: 0)])
    hard.rank(drawn)
    #expect(hard.ranked.count == 1, "an epoch without losses changes nothing")
  }
}
