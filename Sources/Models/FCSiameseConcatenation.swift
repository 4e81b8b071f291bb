import Configuration
import Engine

/// FC-Siam-conc: one encoder for both dates; the decoder sees the skips of both.
///
/// Input (N, H, W, bands of date 1 and of date 2), logits (N, H, W, outputs). The
/// encoder's weights, and the statistics of its norms, are those of both dates.
public struct FCSiameseConcatenation: Model {
  private let network: FullyConvolutionalChange

  /// Makes a network of this width.
  public init(base: Int = 16, dropout: Double = 0.2) {
    network = FullyConvolutionalChange(.concatenation, base: base, dropout: dropout)
  }

  /// Takes `base` and `dropout`.
  public init(_ settings: Settings) { network = FullyConvolutionalChange(.concatenation, settings) }

  /// `fc_siam_conc`.
  public static let component = Component(
    family: "model", name: "fc_siam_conc",
    summary: "Change network: one encoder for both dates, whose skips are concatenated.",
    formula: "decoder input at each level: [up, skip of date 1, skip of date 2]",
    source: FullyConvolutionalChange.source, settings: FullyConvolutionalChange.settings)

  /// Builds the network.
  ///
  /// - Throws: `ModelError` where the bands are not those of two dates.
  public func graph(bands: Int, outputs: Int) throws -> Graph {
    _ = try TwoDates.bandsOfOne(of: bands, for: "fc_siam_conc")
    return network.graph(bands: bands, outputs: outputs)
  }
}
