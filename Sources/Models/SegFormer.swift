import Configuration
import Engine

/// SegFormer: a pyramid of transformers over overlapping patches, and a decoder of linear maps.
///
/// Xie, Wang, Yu, Anandkumar, Alvarez and Luo 2021, arXiv:2105.15203.
///
/// Input (N, H, W, bands) of any size, logits (N, H, W, outputs). Stage `i` halves the image (the first
/// takes a quarter) by a convolution of 7×7, stride 4, or 3×3, stride 2, and a layer norm, and has
/// `depths[i]` blocks: x + attention(norm(x)), whose keys and values are taken from an image reduced
/// by 8, 4, 2, 1, then x + mlp(norm(x)) with a depthwise 3×3 convolution in it. The decoder maps the
/// four stages to one width, enlarges them to a quarter of the image and fuses them by a 1×1
/// convolution, batch norm and rectifier; logits are enlarged to the image's size. Layer norms have an
/// epsilon of 1e-5.
///
/// Parameters have the names of the checkpoints published on Hugging Face
/// (`SegformerForSemanticSegmentation`); see `parameterName(inCheckpoint:)`.
public struct SegFormer: Model {
  /// Channels, blocks and heads of each stage, and the width of the decoder.
  public struct Widths: Sendable, Equatable {
    /// Channels of each stage.
    public var hiddenSizes: [Int]
    /// Blocks of each stage.
    public var depths: [Int]
    /// Heads of each stage's attention; they divide its channels.
    public var heads: [Int]
    /// Channels of the decoder.
    public var decoder: Int

    /// Makes widths of four stages.
    public init(hiddenSizes: [Int], depths: [Int], heads: [Int], decoder: Int) {
      self.hiddenSizes = hiddenSizes
      self.depths = depths
      self.heads = heads
      self.decoder = decoder
    }

    /// Those of a variant: `b0`, `b1`, `b2` of the paper, or `xs`.
    public static let variants: [(name: String, widths: Widths)] = [
      (
        "b0",
        Widths(
          hiddenSizes: [32, 64, 160, 256], depths: [2, 2, 2, 2], heads: [1, 2, 5, 8], decoder: 256)
      ),
      (
        "b1",
        Widths(
          hiddenSizes: [64, 128, 320, 512], depths: [2, 2, 2, 2], heads: [1, 2, 5, 8],
          decoder: 256)
      ),
      (
        "b2",
        Widths(
          hiddenSizes: [64, 128, 320, 512], depths: [3, 4, 6, 3], heads: [1, 2, 5, 8],
          decoder: 768)
      ),
      (
        "xs",
        Widths(
          hiddenSizes: [16, 32, 64, 128], depths: [1, 1, 1, 1], heads: [1, 2, 4, 8], decoder: 64)
      ),
    ]
  }

  /// The sizes of the network.
  public let widths: Widths
  /// The rate at which the last block's branches are left out in training; it grows linearly from 0.
  public let dropPath: Double
  /// The rate at which elements in front of the classifier are left out in training.
  public let dropout: Double

  /// Makes a SegFormer of these widths.
  public init(widths: Widths, dropPath: Double = 0.1, dropout: Double = 0.1) {
    self.widths = widths
    self.dropPath = dropPath
    self.dropout = dropout
  }

  /// Takes `variant` and what is set beside it.
  public init(_ settings: Settings) {
    let variant = settings.text("variant")
    guard var widths = Widths.variants.first(where: { $0.name == variant })?.widths else {
      preconditionFailure("'variant' is one of its choices, found \(variant)")
    }
    func whole(_ key: String) -> [Int]? {
      settings.optionalList(key)?.compactMap {
        guard case .integer(let number) = $0 else { return nil }
        return number
      }
    }
    widths.hiddenSizes = whole("hidden_sizes") ?? widths.hiddenSizes
    widths.depths = whole("depths") ?? widths.depths
    widths.heads = whole("heads") ?? widths.heads
    widths.decoder = settings.optionalInteger("decoder") ?? widths.decoder
    self.init(
      widths: widths, dropPath: settings.number("drop_path"), dropout: settings.number("dropout"))
  }

  /// `segformer`.
  public static let component = Component(
    family: "model", name: "segformer",
    summary: "SegFormer: a pyramid of transformers with a decoder of linear maps.",
    formula:
      "four stages of overlapping patches, attention to a reduced image, MLP with a depthwise "
      + "3×3 convolution; linear maps to one width, enlarged and fused by 1×1 convolution, batch "
      + "norm, ReLU",
    source: "Xie, Wang, Yu, Anandkumar, Alvarez and Luo 2021, arXiv:2105.15203",
    settings: [
      Setting(
        "variant", .choice(Widths.variants.map(\.name)), default: "b0",
        "Widths and depths: those of the paper (b0, b1, b2), or a smaller network (xs)."),
      Setting(
        "hidden_sizes", .list(.integer(1...4096), count: 4...4), unit: "channels",
        "Channels of the four stages, instead of the variant's."),
      Setting(
        "depths", .list(.integer(1...100), count: 4...4), unit: "blocks",
        "Blocks of the four stages, instead of the variant's."),
      Setting(
        "heads", .list(.integer(1...64), count: 4...4),
        "Heads of the four stages, instead of the variant's; they divide the channels."),
      Setting(
        "decoder", .integer(1...4096), unit: "channels",
        "Channels of the decoder, instead of the variant's."),
      Setting(
        "drop_path", .number(0...0.9), default: "0.1",
        "The rate at which the last block is left out in training; it grows linearly from 0."),
      Setting(
        "dropout", .number(0...0.9), default: "0.1",
        "The rate at which elements in front of the classifier are left out in training."),
    ])

  private static let reductions = [8, 4, 2, 1]

  /// Builds the network.
  public func graph(bands: Int, outputs: Int) -> Graph {
    let builder = GraphBuilder()
    let image = builder.input(channels: bands)
    let x = builder.fit(image, toAtLeast: leastSize)
    let logits = builder.resize(quarterLogits(x, outputs: outputs, in: builder), to: x)
    return builder.graph(outputs: [builder.crop(logits, to: image)])
  }

  /// The same without the last enlargement, for images of at least 29 pixels: logits of a quarter of
  /// the rows and columns.
  public func quarterGraph(bands: Int, outputs: Int) -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: bands)
    return builder.graph(outputs: [quarterLogits(x, outputs: outputs, in: builder)])
  }

  private func quarterLogits(_ x: Value, outputs: Int, in builder: GraphBuilder) -> Value {
    builder.convolution(
      features(of: x, under: "", in: builder), "decode_head.classifier", outputs: outputs,
      kernel: 1)
  }

  /// The four stages.
  private func encoder(_ image: Value, _ prefix: String, in builder: GraphBuilder) -> [Value] {
    var x = image
    var block = 0
    let blocks = widths.depths.reduce(0, +)
    return widths.hiddenSizes.indices.map { stage in
      let patches = "\(prefix)segformer.encoder.patch_embeddings.\(stage)"
      x = builder.convolution(
        x, "\(patches).proj", outputs: widths.hiddenSizes[stage], kernel: stage == 0 ? 7 : 3,
        stride: stage == 0 ? 4 : 2, padding: stage == 0 ? 3 : 1)
      x = builder.layerNorm(x, "\(patches).layer_norm")
      for index in 0..<widths.depths[stage] {
        let rate = blocks > 1 ? dropPath * Double(block) / Double(blocks - 1) : 0
        x = transformerBlock(
          x, "\(prefix)segformer.encoder.block.\(stage).\(index)", stage: stage, dropPath: rate,
          in: builder)
        block += 1
      }
      x = builder.layerNorm(x, "\(prefix)segformer.encoder.layer_norm.\(stage)")
      return x
    }
  }

  private func transformerBlock(
    _ x: Value, _ name: String, stage: Int, dropPath: Double, in builder: GraphBuilder
  ) -> Value {
    let channels = widths.hiddenSizes[stage]
    let seen = builder.selfAttention(
      builder.layerNorm(x, "\(name).layer_norm_1"), "\(name).attention",
      heads: widths.heads[stage], reduction: Self.reductions[stage])
    let x = builder.dropPath(seen, onto: x, rate: dropPath)
    var y = builder.layerNorm(x, "\(name).layer_norm_2")
    y = builder.linear(y, "\(name).mlp.dense1", outputs: 4 * channels)
    y = builder.depthwiseConvolution(
      y, "\(name).mlp.dwconv.dwconv", kernel: 3, padding: 1, gelu: true)
    y = builder.linear(y, "\(name).mlp.dense2", outputs: channels)
    return builder.dropPath(y, onto: x, rate: dropPath)
  }
}

extension SegFormer: FeatureNetwork {
  /// 4.
  public var featureStep: Int { 4 }
  /// The first stage, a quarter of the image, must be large enough to be reduced by 8.
  public var leastSize: Int { 29 }

  /// Adds all but the classifier: (N, ⌈H / 4⌉, ⌈W / 4⌉, decoder).
  public func features(of x: Value, under name: String, in builder: GraphBuilder) -> Value {
    let levels = encoder(x, name, in: builder)
    let fused = builder.pyramidProjection(
      levels, "\(name)decode_head", levelNames: levels.indices.map { "linear_c.\($0).proj" },
      fuseName: "linear_fuse", outputs: widths.decoder)
    var y = builder.relu(builder.batchNorm(fused, "\(name)decode_head.batch_norm"))
    if dropout > 0 { y = builder.dropout(y, rate: dropout) }
    return y
  }
}
