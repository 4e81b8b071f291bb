import Engine
import FoundationEssentials
import Glibc
import Models
import Rasters

/// A scene of 12 bands mapped by a U-Net of depth 4: from a compressed GeoTIFF to a map of classes.
final class SceneBenchmark: Benchmark {
  let multiplyAdds = 0
  let scene: SceneFacts?
  private let folder: String
  private let isTemporary: Bool
  private let image: String
  private let model: String
  private let options: ScenePrediction.Options

  /// Writes the scene and the model, unless they lie in the folder already.
  ///
  /// - Parameters:
  ///   - side: Rows and columns of the scene.
  ///   - options: Threads, width of the network, window and folder.
  init(side: Int, options: BenchmarkOptions) throws {
    isTemporary = options.folder == nil
    folder = try options.folder ?? SceneBenchmark.makeTemporaryFolder()
    image = "\(folder)/scene_\(side).tif"
    model = "\(folder)/unet\(options.base).safetensors"
    var prediction = ScenePrediction.Options(threads: options.threads)
    prediction.tile = options.tile
    prediction.kernels = options.kernels
    prediction.overwrites = true
    self.options = prediction
    let network = UNet(base: options.base, depth: 4)
    let graph = network.graph(bands: BenchmarkCase.bands, outputs: 2)
    let geometry = WindowGeometry(graph, halo: nil)
    scene = SceneFacts(side: side, window: geometry.tile(options.tile), halo: geometry.halo)
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      if !FileSystem.exists(model) {
        try FileSystem.write(SceneBenchmark.model(network, graph).encoded(), to: model)
      }
      if !FileSystem.exists(image) { try SyntheticScene(side: side).write(to: image) }
    } catch {
      removeTemporaryFolder()
      throw error
    }
  }

  deinit { removeTemporaryFolder() }

  /// Opens the model and the scene, and writes the map.
  func run() throws {
    let prediction = try ScenePrediction(
      model: model, inputs: [.init(name: nil, path: image)], output: "\(folder)/map.tif",
      options: options)
    _ = try prediction.run()
  }

  private func removeTemporaryFolder() {
    if isTemporary { try? FileManager.default.removeItem(atPath: folder) }
  }

  private static func makeTemporaryFolder() throws -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/rspipe-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw RunError(.failed, "\(parent): cannot make a folder there; set TMPDIR or use --folder")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func model(_ network: UNet, _ graph: Graph) -> TrainedModel {
    let card = ModelCard(
      architecture: "unet", settings: "{base: \(network.base), depth: \(network.depth)}",
      channels: SyntheticScene.bandNames.map {
        ModelCard.Channel(
          name: "image.\($0)", mean: SyntheticScene.mean, deviation: SyntheticScene.deviation)
      },
      images: ["image"], limit: 10,
      classes: [
        .init(value: 0, name: "unburned", colour: "#bbbbbb"),
        .init(value: 1, name: "burned", colour: "#d55e00"),
      ], windowPixels: 256, resolutionMetres: 10, training: [:], scores: [:])
    let parameters = ParameterStore(graph: graph)
    parameters.initialise(seed: 1)
    return TrainedModel(card: card, graph: graph, parameters: parameters)
  }
}
