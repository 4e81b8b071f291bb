import Configuration
import Engine

/// FC-Siam-diff: one encoder for both dates; the decoder sees how far the skips differ.
///
/// Input (N, H, W, bands of date 1 and of date 2), logits (N, H, W, outputs). The
/// encoder's weights, and the statistics of its norms, are those of both dates.
public struct FCSiameseDifference: Model {
  private let network: FullyConvolutionalChange

  /// Makes a network of this width.
  public init(base: Int = 16, dropout: Double = 0.2) {
    network = FullyConvolutionalChange(.difference, base: base, dropout: dropout)
  }

  /// Takes `base` and `dropout`.
  public init(_ settings: Settings) { network = FullyConvolutionalChange(.difference, settings) }

  /// `fc_siam_diff`.
  public static let component = Component(
    family: "model", name: "fc_siam_diff",
    summary: "Change network: one encoder for both dates; skips are their absolute difference.",
    formula: "decoder input at each level: [up, |skip of date 1 - skip of date 2|]",
    source: FullyConvolutionalChange.source, settings: FullyConvolutionalChange.settings)

  /// Builds the network.
  ///
  /// - Throws: `ModelError` where the bands are not those of two dates.
  public func graph(bands: Int, outputs: Int) throws -> Graph {
    _ = try TwoDates.bandsOfOne(of: bands, for: "fc_siam_diff")
    return network.graph(bands: bands, outputs: outputs)
  }
}
