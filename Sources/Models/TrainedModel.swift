import Configuration
import Engine
import YAML

/// A network with its weights and its card: what a model file holds.
public struct TrainedModel {
  /// What must be known beside the weights.
  public let card: ModelCard
  /// The network.
  public let graph: Graph
  /// The weights.
  public let parameters: ParameterStore

  /// Puts a model together.
  public init(card: ModelCard, graph: Graph, parameters: ParameterStore) {
    self.card = card
    self.graph = graph
    self.parameters = parameters
  }

  /// Reads a model file.
  ///
  /// - Parameter path: A safetensors file with a model card.
  /// - Throws: `SafeTensorsError`, `ModelFileError` or `GraphError`, each naming the file.
  public init(path: String) throws {
    let tensors = try SafeTensors(path: path)
    guard let json = tensors.metadata[ModelCard.metadataKey] else {
      throw ModelFileError(
        "\(path): no model card (metadata '\(ModelCard.metadataKey)'): not a model of this program")
    }
    let card = try ModelCard(json: json, source: path)
    let graph = try TrainedModel.graph(of: card, source: path)
    try TrainedModel.check(graph, against: tensors)
    let parameters = ParameterStore(graph: graph)
    try parameters.load(tensors)
    self.init(card: card, graph: graph, parameters: parameters)
  }

  /// The bytes of the model's file.
  public func encoded() throws -> [UInt8] {
    try parameters.encoded(metadata: [ModelCard.metadataKey: try card.encoded(), "format": "pt"])
  }

  /// Refuses a card that promises another network than the file holds, before memory is asked for.
  private static func check(_ graph: Graph, against tensors: SafeTensors) throws {
    for parameter in graph.parameters {
      guard let shape = tensors.shape(parameter.name) else {
        throw ModelFileError(
          "\(tensors.source): the tensor '\(parameter.name)' of the model card is missing")
      }
      guard shape == parameter.shape else {
        throw ModelFileError(
          "\(tensors.source): tensor '\(parameter.name)' has the shape \(shape), the model card "
            + "needs \(parameter.shape)")
      }
    }
  }

  private static func graph(of card: ModelCard, source: String) throws -> Graph {
    guard let type = ModelRegistry.all.first(where: { $0.component.name == card.architecture })
    else {
      let known = ModelRegistry.components.map(\.name).joined(separator: ", ")
      throw ModelFileError(
        "\(source): unknown architecture '\(card.architecture)'. Known architectures: \(known)")
    }
    let settings: Settings
    do {
      settings = try Settings(
        decoding: YAMLNode.parse(text: card.settings), as: type.component.settings,
        in: DecodingContext(
          file: source, baseDirectory: "", catalogue: Catalogue(ModelRegistry.components)))
    } catch {
      throw ModelFileError("\(source): the architecture's settings: \(error)")
    }
    do {
      return try type.init(settings).graph(
        bands: card.channels.count, outputs: card.classes.count)
    } catch let error as ModelError {
      throw ModelFileError("\(source): \(error)")
    }
  }
}
