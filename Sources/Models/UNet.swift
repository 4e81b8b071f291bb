import Configuration
import Engine

/// U-Net of Ronneberger, Fischer and Brox (2015), with norms and zero padding, so that the map is as
/// large as the image.
///
/// `enc.i`, `mid` and `dec.i` are pairs of 3×3 convolution, norm and rectifier; a 2×2 max-pool
/// follows each `enc.i`; `up.i` is a 2×2 transposed convolution of stride 2, padded to the skip's
/// size and concatenated behind it; `head` is 1×1. Input (N, H, W, bands), logits (N, H, W, outputs).
public struct UNet: Model {
  /// Channels at full resolution; they double at each level.
  public let base: Int
  /// Number of poolings.
  public let depth: Int
  private let pair: ConvolutionPair
  private let dropout: Double

  /// Makes a U-Net of this width and depth.
  ///
  /// - Parameters:
  ///   - base: Channels at full resolution; they double at each level.
  ///   - depth: Number of poolings.
  ///   - norm: What follows each 3×3 convolution.
  ///   - residual: Whether the input of each pair of convolutions is added to what they give.
  ///   - dropout: Probability that a channel of an image is left out before each pair of the decoder.
  public init(
    base: Int, depth: Int, norm: NormKind = .batch, residual: Bool = false, dropout: Double = 0
  ) {
    self.base = base
    self.depth = depth
    self.dropout = dropout
    pair = ConvolutionPair(norm: norm, isResidual: residual)
  }

  /// Takes `base`, `depth`, `norm`, `groups`, `residual` and `dropout`.
  public init(_ settings: Settings) {
    base = settings.integer("base")
    depth = settings.integer("depth")
    dropout = settings.number("dropout")
    pair = ConvolutionPair(settings)
  }

  /// `unet`.
  public static let component = Component(
    family: "model", name: "unet",
    summary: "U-Net: encoder and decoder with skips, norms, zero padding.",
    formula: "pairs of 3×3 convolution, norm, ReLU; 2×2 max-pool; 2×2 transposed convolution",
    source: "Ronneberger, Fischer and Brox 2015, arXiv:1505.04597",
    settings: [
      Setting(
        "base", .integer(1...512), default: "32", unit: "channels",
        "Channels at full resolution; they double at each level."),
      Setting("depth", .integer(1...6), default: "4", "Number of 2×2 poolings."),
    ] + ConvolutionPair.settings + [
      Setting(
        "dropout", .number(0...0.95), default: "0",
        "Probability that a channel of an image is left out before each pair of convolutions of the "
          + "decoder in training.")
    ])

  /// Builds the network.
  public func graph(bands: Int, outputs: Int) -> Graph {
    let builder = GraphBuilder()
    let input = builder.input(channels: bands)
    let x = features(of: builder.fit(input, toAtLeast: leastSize), under: "", in: builder)
    let logits = builder.convolution(x, "head", outputs: outputs, kernel: 1)
    return builder.graph(outputs: [builder.crop(logits, to: input)])
  }
}

extension UNet: FeatureNetwork {
  /// 1.
  public var featureStep: Int { 1 }
  /// One pixel must be left at the bottom.
  public var leastSize: Int { 1 << depth }

  /// Adds all but the head: (N, H, W, base).
  public func features(of x: Value, under name: String, in builder: GraphBuilder) -> Value {
    var x = x
    var skips: [Value] = []
    for level in 0..<depth {
      x = pair(x, "\(name)enc.\(level)", channels: base << level, in: builder)
      skips.append(x)
      x = builder.maxPool(x)
    }
    x = pair(x, "\(name)mid", channels: base << depth, in: builder)
    for level in (0..<depth).reversed() {
      let width = base << level
      x = builder.transposedConvolution(
        x, "\(name)up.\(level)", outputs: width, kernel: 2, stride: 2)
      x = builder.concatenate([skips[level], builder.fit(x, to: skips[level])])
      if dropout > 0 { x = builder.dropout(x, rate: dropout, wholeChannels: true) }
      x = pair(x, "\(name)dec.\(level)", channels: width, in: builder)
    }
    return x
  }
}
