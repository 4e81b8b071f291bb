import Configuration
import Engine

/// FC-EF: a U-Net for change whose input is both dates as one image.
///
/// Input (N, H, W, bands of date 1 and of date 2), logits (N, H, W, outputs). It has no
/// notion of dates, so any number of bands will do.
public struct FCEarlyFusion: Model {
  private let network: FullyConvolutionalChange

  /// Makes a network of this width.
  public init(base: Int = 16, dropout: Double = 0.2) {
    network = FullyConvolutionalChange(.early, base: base, dropout: dropout)
  }

  /// Takes `base` and `dropout`.
  public init(_ settings: Settings) { network = FullyConvolutionalChange(.early, settings) }

  /// `fc_ef`.
  public static let component = Component(
    family: "model", name: "fc_ef",
    summary: "Change network that sees both dates as one image.",
    formula: "U-Net with 2, 2, 3 and 3 convolutions at its four levels",
    source: FullyConvolutionalChange.source, settings: FullyConvolutionalChange.settings)

  /// Builds the network.
  public func graph(bands: Int, outputs: Int) -> Graph {
    network.graph(bands: bands, outputs: outputs)
  }
}
