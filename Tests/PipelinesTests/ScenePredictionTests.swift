import Engine
import Foundation
import Models
import Rasters
import Testing

@testable import Pipelines

@Suite("Scene prediction")
struct ScenePredictionTests {
  private let folder = NSTemporaryDirectory() + "prediction-" + UUID().uuidString
  private static let side = 40

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, seed) in [("pre", 1), ("post", 2)] { try image(name, seed: UInt64(seed)) }
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private func file(_ name: String) -> String { "\(folder)/\(name)" }

  /// Writes reflectance of red, nir and swir2 times `factor`; the first pixel isn't observed.
  private func image(_ name: String, seed: UInt64, factor: Float = 1) throws {
    let side = ScenePredictionTests.side
    let grid = try Grid(
      width: side, height: side, geotransform: [500_000, 10, 0, 4_000_000, 0, -10],
      crs: "EPSG:32610")
    let writer = try RasterWriter(
      path: file("\(name).tif"),
      description: RasterDescription(grid: grid, type: .float32, bands: ["red", "nir", "swir2"]))
    var generator = SeededGenerator(seed: seed)
    for band in 1...3 {
      var plane = (0..<side * side).map { _ in (0.3 + 0.1 * Float(generator.normal())) * factor }
      plane[0] = .nan
      try writer.write(grid.window, band: band, plane)
    }
    try writer.finish()
  }

  private func model(
    _ channels: [String] = ["pre.nir", "post.nir", "post.ndvi", "dnbr"]
  ) throws -> String {
    let card = ModelCard(
      architecture: "unet", settings: "{base: 2, depth: 1}",
      channels: channels.map { .init(name: $0, mean: 0.2, deviation: 0.1) },
      images: ["pre", "post"], limit: 10,
      classes: [
        .init(value: 0, name: "unburned", colour: "#bbbbbb"),
        .init(value: 1, name: "burned", colour: "#d55e00"),
      ], windowPixels: 16, resolutionMetres: nil, training: [:], scores: [:])
    let graph = UNet(base: 2, depth: 1).graph(bands: channels.count, outputs: 2)
    let parameters = ParameterStore(graph: graph)
    parameters.initialise(seed: 5)
    let bytes = try TrainedModel(card: card, graph: graph, parameters: parameters).encoded()
    try Data(bytes).write(to: URL(fileURLWithPath: file("m.safetensors")))
    return file("m.safetensors")
  }

  private func inputs(_ names: String...) -> [ScenePrediction.Input] {
    names.map { ScenePrediction.Input(name: $0, path: file("\($0).tif")) }
  }

  private func message(
    _ inputs: [ScenePrediction.Input], output: String = "map.tif",
    channels: [String] = ["pre.nir", "post.nir"],
    _ change: (inout ScenePrediction.Options) -> Void = { _ in }
  ) throws -> String {
    var options = ScenePrediction.Options(threads: 1)
    change(&options)
    do {
      let prediction = try ScenePrediction(
        model: model(channels), inputs: inputs, output: file(output), options: options)
      _ = try prediction.run()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("the map is the one that a pipeline with the same model makes")
  func equalsPipeline() throws {
    defer { remove() }
    let pipeline = """
      output: \(file("out"))
      model: \(try model())
      scenes: [{name: hill, pre: pre.tif, post: post.tif}]
      classes: [{name: unburned, colour: "#bbbbbb"}, {name: burned, colour: "#d55e00"}]
      stages: [{align: {bands: [red, nir, swir2]}}, predict, write]
      """
    try Data(pipeline.utf8).write(to: URL(fileURLWithPath: file("a.yaml")))
    let summary = try Runner(PipelineFile(path: file("a.yaml")), options: RunOptions(threads: 1))
      .run()
    var options = ScenePrediction.Options(threads: 2)
    options.probabilities = file("p.tif")
    options.tile = 16
    let prediction = try ScenePrediction(
      model: file("m.safetensors"), inputs: inputs("pre", "post"), output: file("map.tif"),
      options: options)
    let result = try prediction.run()
    #expect(prediction.outputs == [file("map.tif"), file("p.tif")])
    #expect(result.classes == summary.scenes[0].classes)
    #expect(result.classes.allSatisfy { $0.pixels > 0 })
    #expect(result.notObservedPixels == 1)
    #expect(result.notObservedHectares == 0.01)
    for (one, other) in [
      ("map.tif", "out/hill_classes.tif"), ("p.tif", "out/hill_probability.tif"),
    ] {
      let (mine, its) = (try Raster(path: file(one)), try Raster(path: file(other)))
      #expect(mine.bands.map(\.name) == its.bands.map(\.name))
      #expect(mine.metadata()["RSPIPE_MODEL"] == its.metadata()["RSPIPE_MODEL"])
      let window = mine.grid.window
      let (a, b) = (try mine.read(window, bands: [1]), try its.read(window, bands: [1]))
      // windows of another size are computed by other kernels, in another order of sums
      #expect(zip(a, b).allSatisfy { ($0.isNaN && $1.isNaN) || abs($0 - $1) < 1e-5 })
    }
  }

  @Test("no file but the outputs is left, on success or failure")
  func leavesNothing() throws {
    defer { remove() }
    #expect(try message(inputs("pre", "post")) == "no error")
    let names = ["m.safetensors", "map.qml", "map.tif", "map.tif.aux.xml", "post.tif", "pre.tif"]
    func found() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }
    #expect(try found() == names)
    final class Stop: RunObserver {
      func began(stage: String, scene: String?) {}
      func progressed(done: Int, total: Int, detail: String) {}
      func noted(_ text: String) {}
      func ended(stage: String, scene: String?) {
        // the map's folder goes before it is written
        if stage == "predict" { try? FileManager.default.removeItem(atPath: path) }
      }
      let path: String
      init(_ path: String) { self.path = path }
    }
    let sub = file("sub")
    try FileManager.default.createDirectory(atPath: sub, withIntermediateDirectories: true)
    let prediction = try ScenePrediction(
      model: file("m.safetensors"), inputs: inputs("pre", "post"), output: sub + "/map.tif",
      options: ScenePrediction.Options(threads: 1))
    #expect(throws: RasterError.self) { try prediction.run(observer: Stop(sub)) }
    #expect(try found() == names)
  }

  @Test("a model of one image takes it without a name")
  func oneImage() throws {
    defer { remove() }
    let input = ScenePrediction.Input(name: nil, path: file("post.tif"))
    #expect(try message([input], channels: ["post.red", "post.nbr"]) == "no error")
    #expect(
      try message(inputs("pre"), output: "b.tif", channels: ["post.red"])
        == "unknown image 'pre' for '\(file("pre.tif"))': the model \(file("m.safetensors")) takes "
        + "post=FILE")
  }

  @Test("images that don't fit the model are refused")
  func images() throws {
    defer { remove() }
    let takes = "the model \(file("m.safetensors")) takes pre=FILE post=FILE"
    #expect(try message(inputs("pre")) == "missing the image 'post': \(takes)")
    #expect(try message(inputs("pre", "pre")) == "the image 'pre' is given twice")
    #expect(
      try message([.init(name: nil, path: "a.tif")])
        == "a.tif: say which image it is: \(takes)")
    #expect(
      try message([.init(name: "pots", path: "a.tif")])
        == "unknown image 'pots' for 'a.tif': \(takes). Did you mean 'post'?")
  }

  @Test("bands that an index needs must be there")
  func bands() throws {
    defer { remove() }
    #expect(
      try message(inputs("pre", "post"), channels: ["dndvi", "post.ndwi"])
        == "\(file("post.tif")): cannot find the band 'ndwi': no band of that name, or it is "
        + "ambiguous here; the bands are 1 'red', 2 'nir', 3 'swir2'")
  }

  @Test("outputs in the way are refused")
  func outputs() throws {
    defer { remove() }
    let both = inputs("pre", "post")
    #expect(
      try message(both, output: "pre.tif") { $0.overwrites = true }
        == "\(file("pre.tif")): is an input; name another output")
    #expect(
      try message(both, output: "m.safetensors") { $0.overwrites = true }
        == "\(file("m.safetensors")): is an input; name another output")
    #expect(
      try message(both, output: "no/map.tif")
        == "\(file("no/map.tif")): there is no folder '\(file("no"))'; make it first")
    #expect(
      try message(both, output: "map.tif") { $0.probabilities = file("./map.tif") }
        == "\(file("./map.tif")): is named for two outputs")
    #expect(try message(both) == "no error")
    #expect(
      try message(both) == "\(file("map.tif")): exists; use --overwrite to replace it")
    #expect(try message(both) { $0.overwrites = true } == "no error")
  }

  @Test("raw counts are not taken for reflectance, and are mended by a scale")
  func rawCounts() throws {
    defer { remove() }
    try image("pre", seed: 1, factor: 10_000)
    try image("post", seed: 2, factor: 10_000)
    let found = try message(inputs("pre", "post"))
    #expect(
      found.hasPrefix("the values of 'pre.nir' (mean 2")
        || found.hasPrefix(
          "the values of 'pre.nir' (mean 3"),
      "\(found)")
    #expect(
      found.hasSuffix(
        "are of another kind than those that the model was trained on (mean 0.2000); give --scale "
          + "and --offset where the files lack them"), "\(found)")
    #expect(try message(inputs("pre", "post")) { $0.scale = 1e-4 } == "no error")
  }
}
