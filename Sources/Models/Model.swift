import Configuration
import Engine

/// A network architecture: a function from numbers of bands and outputs to a graph.
///
/// Adding one is one file here, one line in `models`, and one test.
public protocol Model: Sendable {
  /// Name, summary, source and settings, for pipeline files and `rspipe describe`.
  static var component: Component { get }

  /// Takes the settings of a pipeline file or of a model card.
  init(_ settings: Settings)

  /// Builds the network.
  ///
  /// - Parameters:
  ///   - bands: Channels of the input.
  ///   - outputs: Channels of the logits: one for each class, or one for foreground alone.
  func graph(bands: Int, outputs: Int) -> Graph
}

/// The architectures that a pipeline file can name.
public let models: [any Model.Type] = [
  UNet.self
]

/// The architecture of this name, or nil.
public func model(named name: String) -> (any Model.Type)? {
  models.first { $0.component.name == name }
}
