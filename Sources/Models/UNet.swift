import Configuration
import Engine

/// U-Net of Ronneberger, Fischer and Brox (2015), with batch norm and zero padding, so that the map is as large as
/// the image.
///
/// `enc.i`, `mid` and `dec.i` are pairs of 3×3 convolution, batch norm and rectifier; a 2×2
/// max-pool follows each `enc.i`; `up.i` is a 2×2 transposed convolution of stride 2, padded to the
/// skip's size and concatenated behind it; `head` is 1×1. Input (N, H, W, bands), logits
/// (N, H, W, outputs).
public struct UNet: Model {
  /// Channels at full resolution; they double at each level.
  public let base: Int
  /// Number of poolings.
  public let depth: Int

  /// Makes a U-Net of this width and depth.
  public init(base: Int, depth: Int) {
    self.base = base
    self.depth = depth
  }

  /// Takes `base` and `depth`.
  public init(_ settings: Settings) {
    self.init(base: settings.integer("base"), depth: settings.integer("depth"))
  }

  /// `unet`.
  public static let component = Component(
    family: "model", name: "unet",
    summary: "U-Net: encoder and decoder with skips, batch norm, zero padding.",
    formula: "pairs of 3×3 convolution, batch norm, ReLU; 2×2 max-pool; 2×2 transposed convolution",
    source: "Ronneberger, Fischer and Brox 2015, arXiv:1505.04597",
    settings: [
      Setting(
        "base", .integer(1...512), default: "32", unit: "channels",
        "Channels at full resolution; they double at each level."),
      Setting("depth", .integer(1...6), default: "4", "Number of 2×2 poolings."),
    ])

  /// Builds the network.
  public func graph(bands: Int, outputs: Int) -> Graph {
    let builder = GraphBuilder()
    var x = builder.input(channels: bands)
    var skips: [Value] = []
    for level in 0..<depth {
      x = pair(x, "enc.\(level)", channels: base << level, in: builder)
      skips.append(x)
      x = builder.maxPool(x)
    }
    x = pair(x, "mid", channels: base << depth, in: builder)
    for level in (0..<depth).reversed() {
      let width = base << level
      x = builder.transposedConvolution(x, "up.\(level)", outputs: width, kernel: 2, stride: 2)
      x = builder.concatenate([skips[level], builder.fit(x, to: skips[level])])
      x = pair(x, "dec.\(level)", channels: width, in: builder)
    }
    return builder.graph(outputs: [builder.convolution(x, "head", outputs: outputs, kernel: 1)])
  }

  private func pair(
    _ x: Value, _ name: String, channels: Int, in builder: GraphBuilder
  ) -> Value {
    (1...2).reduce(x) { x, index in
      let y = builder.convolution(
        x, "\(name).conv\(index)", outputs: channels, kernel: 3, padding: 1, bias: false)
      return builder.relu(builder.batchNorm(y, "\(name).bn\(index)"))
    }
  }
}
