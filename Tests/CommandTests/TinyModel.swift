import Engine
import Foundation
import Models

/// A small network with random weights, for tests that need some model.
enum TinyModel {
  /// Writes it; it reads `channels` and maps unburned (0) and burned (7).
  static func write(
    to path: String, channels: [String] = ["post.nir", "post.swir2", "dnbr"],
    mean: Double = 0.3
  ) throws {
    let card = ModelCard(
      architecture: "unet", settings: "{base: 2, depth: 1}",
      channels: channels.map { .init(name: $0, mean: mean, deviation: 0.1) },
      images: ["pre", "post"], limit: 10,
      classes: [
        .init(value: 0, name: "unburned", colour: "#bbbbbb"),
        .init(value: 7, name: "burned", colour: "#d55e00"),
      ], windowPixels: 16, resolutionMetres: 10, training: ["scenes": "hill"],
      scores: ["mean_iou": 0.5])
    let graph = UNet(base: 2, depth: 1).graph(bands: channels.count, outputs: 2)
    let parameters = ParameterStore(graph: graph)
    parameters.initialise(seed: 3)
    let model = TrainedModel(card: card, graph: graph, parameters: parameters)
    try Data(try model.encoded()).write(to: URL(fileURLWithPath: path))
  }
}
