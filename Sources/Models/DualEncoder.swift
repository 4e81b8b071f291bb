import Configuration
import Engine

/// Two encoders, one for the image and one for the terrain (elevation, slope, aspect), whose features
/// meet level by level, and one decoder: the scheme of FuseNet (Hazirbas, Ma, Domokos and Cremers
/// 2016) with the layers of a U-Net.
///
/// Input (N, H, W, bands), of which the last `terrain_channels` are terrain; logits
/// (N, H, W, outputs). `image.enc.i`, `terrain.enc.i`, `mid`, `up.i`, `dec.i` and `head` are as in
/// `UNet`. The image's encoder goes on with what was fused, the terrain's with its own features.
public struct DualEncoder: Model {
  /// How features meet.
  public enum Fusion: String, Sendable {
    /// Channels one after the other.
    case concatenate
    /// Channel by channel.
    case add
  }

  /// Channels of each encoder at full resolution; they double at each level.
  public let base: Int
  /// Number of poolings.
  public let depth: Int
  /// Channels at the end of the input that are terrain.
  public let terrainChannels: Int
  /// How features meet.
  public let fusion: Fusion
  private let pair: ConvolutionPair

  /// Makes a network of this width and depth.
  public init(
    base: Int, depth: Int, terrainChannels: Int, fusion: Fusion = .concatenate,
    norm: NormKind = .batch, residual: Bool = false
  ) {
    self.base = base
    self.depth = depth
    self.terrainChannels = terrainChannels
    self.fusion = fusion
    pair = ConvolutionPair(norm: norm, isResidual: residual)
  }

  /// Takes `base`, `depth`, `terrain_channels`, `fusion`, `norm`, `groups` and `residual`.
  public init(_ settings: Settings) {
    base = settings.integer("base")
    depth = settings.integer("depth")
    terrainChannels = settings.integer("terrain_channels")
    fusion = Fusion(rawValue: settings.text("fusion")) ?? .concatenate
    pair = ConvolutionPair(settings)
  }

  /// `dual_encoder`.
  public static let component = Component(
    family: "model", name: "dual_encoder",
    summary: "U-Net with an encoder for the image and one for terrain, fused at each level.",
    formula: "skip = [image features, terrain features], or their sum",
    source: "after Hazirbas, Ma, Domokos and Cremers 2016 (FuseNet)",
    settings: [
      Setting(
        "base", .integer(1...512), default: "32", unit: "channels",
        "Channels of each encoder at full resolution; they double at each level."),
      Setting("depth", .integer(1...6), default: "4", "Number of 2×2 poolings."),
      Setting(
        "terrain_channels", .integer(1...64), default: "1", unit: "channels",
        "How many channels at the end of the input are terrain."),
      Setting(
        "fusion", .choice(["concatenate", "add"]), default: "concatenate",
        "Whether the features of both are put one after the other or added."),
    ] + ConvolutionPair.settings)

  /// Builds the network.
  ///
  /// - Throws: `ModelError` where the terrain leaves no band for the image.
  public func graph(bands: Int, outputs: Int) throws -> Graph {
    guard terrainChannels < bands else {
      throw ModelError(
        "'dual_encoder' takes 'terrain_channels: \(terrainChannels)' off the end of the input, "
          + "which has \(bands) channels: none is left for the image")
    }
    let builder = GraphBuilder()
    let input = builder.input(channels: bands)
    let whole = builder.fit(input, toAtLeast: 1 << depth)
    var image = builder.channels(whole, from: 0, count: bands - terrainChannels)
    var terrain = builder.channels(whole, from: bands - terrainChannels, count: terrainChannels)
    var skips: [Value] = []
    for level in 0..<depth {
      let width = base << level
      image = pair(image, "image.enc.\(level)", channels: width, in: builder)
      terrain = pair(terrain, "terrain.enc.\(level)", channels: width, in: builder)
      let fused =
        fusion == .add ? builder.add(image, terrain) : builder.concatenate([image, terrain])
      skips.append(fused)
      image = builder.maxPool(fused)
      if level + 1 < depth { terrain = builder.maxPool(terrain) }
    }
    var x = pair(image, "mid", channels: base << depth, in: builder)
    for level in (0..<depth).reversed() {
      let width = base << level
      x = builder.transposedConvolution(x, "up.\(level)", outputs: width, kernel: 2, stride: 2)
      x = builder.concatenate([skips[level], builder.fit(x, to: skips[level])])
      x = pair(x, "dec.\(level)", channels: width, in: builder)
    }
    let logits = builder.convolution(x, "head", outputs: outputs, kernel: 1)
    return builder.graph(outputs: [builder.crop(logits, to: input)])
  }
}
