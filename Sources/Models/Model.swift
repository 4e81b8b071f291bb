import Configuration
import Engine

/// A network architecture: a function from numbers of bands and outputs to a graph.
///
/// Adding one is one file here, one line in `ModelRegistry.all`, and one test.
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
public enum ModelRegistry {
  /// All of them, in the order in which `rspipe describe` lists them.
  public static let all: [any Model.Type] = [
    UNet.self, SegFormer.self,
  ]

  /// The descriptions of all architectures.
  public static var components: [Component] { all.map { $0.component } }

  /// The architecture of this name with settings decoded by its own declarations; nil if unknown.
  public static func make(_ name: String, settings: Settings) -> (any Model)? {
    all.first { $0.component.name == name }.map { $0.init(settings) }
  }
}
