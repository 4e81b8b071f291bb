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
  ///   - outputs: One for each class, or one for foreground alone.
  /// - Throws: `ModelError` where the bands do not fit the architecture.
  func graph(bands: Int, outputs: Int) throws -> Graph

  /// Channels of the logits for so many outputs.
  func logitChannels(outputs: Int) -> Int

  /// The name in this network of a tensor of a checkpoint that others published; nil for what the
  /// network has no use for.
  static func parameterName(inCheckpoint name: String) -> String?
}

extension Model {
  /// As many as outputs, unless told otherwise.
  public func logitChannels(outputs: Int) -> Int { outputs }

  /// The same name, unless told otherwise.
  public static func parameterName(inCheckpoint name: String) -> String? { name }
}

/// The architectures that a pipeline file can name.
public enum ModelRegistry {
  /// All of them, in the order in which `rspipe describe` lists them.
  public static let all: [any Model.Type] = [
    UNet.self, CGNet.self, SegFormer.self, DualEncoder.self, FCEarlyFusion.self,
    FCSiameseConcatenation.self, FCSiameseDifference.self, SiameseChange.self,
  ]

  /// The descriptions of all architectures.
  public static var components: [Component] { all.map { $0.component } }

  /// The architecture of this name with settings decoded by its own declarations; nil if unknown.
  public static func make(_ name: String, settings: Settings) -> (any Model)? {
    all.first { $0.component.name == name }.map { $0.init(settings) }
  }
}
