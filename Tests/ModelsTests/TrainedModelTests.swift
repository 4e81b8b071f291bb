import Engine
import Foundation
import Testing

@testable import Models

struct TrainedModelTests {
  private let path = NSTemporaryDirectory() + "model-\(UUID().uuidString).safetensors"

  private func sample() -> TrainedModel {
    let graph = UNet(base: 2, depth: 1).graph(bands: 2, outputs: 2)
    let parameters = ParameterStore(graph: graph)
    parameters.initialise(seed: 4)
    return TrainedModel(card: sampleCard(), graph: graph, parameters: parameters)
  }

  /// What is said of a file with these bytes; `PATH` stands for its path.
  private func message(_ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      _ = try TrainedModel(path: path)
      return "no error"
    } catch {
      return "\(error)".replacingOccurrences(of: path, with: "PATH")
    }
  }

  private func message(_ change: (inout ModelCard) -> Void) throws -> String {
    let model = sample()
    var card = model.card
    change(&card)
    return try message(
      TrainedModel(card: card, graph: model.graph, parameters: model.parameters).encoded())
  }

  @Test("A model is read as it was written, and written with the same bytes again")
  func roundTrip() throws {
    let model = sample()
    let bytes = try model.encoded()
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let read = try TrainedModel(path: path)
    #expect(read.card == model.card)
    #expect(read.graph.parameters == model.graph.parameters)
    for index in model.graph.parameters.indices {
      #expect(read.parameters.doubles(index) == model.parameters.doubles(index))
    }
    #expect(try read.encoded() == bytes)
  }

  @Test("A card that does not fit the weights is refused before memory is asked for")
  func misfit() throws {
    #expect(
      try message { $0.settings = "{\"base\": 4, \"depth\": 1}" }
        == "PATH: tensor 'enc.0.conv1.weight' has the shape [2, 2, 3, 3], the model card needs "
        + "[4, 2, 3, 3]")
    // this would take 40 GB
    #expect(
      try message { $0.settings = "{\"base\": 512, \"depth\": 6}" }
        == "PATH: tensor 'enc.0.conv1.weight' has the shape [2, 2, 3, 3], the model card needs "
        + "[512, 2, 3, 3]")
    #expect(
      try message { $0.settings = "{\"base\": 2, \"depth\": 2}" }
        == "PATH: the tensor 'enc.1.conv1.weight' of the model card is missing")
    #expect(
      try message { $0.classes.append(ModelCard.Class(value: 3, name: "x", colour: "#000000")) }
        == "PATH: tensor 'head.weight' has the shape [2, 2, 1, 1], the model card needs "
        + "[3, 2, 1, 1]")
  }

  @Test("An architecture or settings that are none are refused")
  func architecture() throws {
    #expect(
      try message { $0.architecture = "vnet" }
        == "PATH: unknown architecture 'vnet'. Known architectures: "
        + ModelRegistry.components.map(\.name).joined(separator: ", "))
    #expect(
      try message { $0.settings = "{\"base\": 0}" }
        == "PATH: the architecture's settings: PATH:1:10: 'base' takes a whole number from 1 to "
        + "512, found '0'")
  }

  @Test("Files without a card, cut off, or of another kind are refused")
  func files() throws {
    let model = sample()
    #expect(
      try message(model.parameters.encoded(metadata: [:]))
        == "PATH: no model card (metadata 'rspipe_model_card'): not a model of this program")
    let bytes = try model.encoded()
    for count in [0, 5, 100, bytes.count - 1] {
      let text = try message(Array(bytes[..<count]))
      #expect(text.hasPrefix("PATH: ") && !text.contains("\n"), "\(count): \(text)")
    }
    let text = try message(Array("no model at all, but long enough".utf8))
    #expect(text.hasPrefix("PATH: "))
  }

  @Test("Weights that are not numbers are refused")
  func notFinite() throws {
    let model = sample()
    model.parameters.set(0, to: Array(repeating: .nan, count: model.graph.parameters[0].count))
    #expect(
      try message(model.encoded())
        == "PATH: tensor 'enc.0.conv1.weight' has NaN or infinite values")
  }
}
