import Configuration
import Engine

/// CGNet of Wu, Tang, Zhang, Cao and Zhang (2018): a network of half a million parameters whose
/// blocks join what lies near a pixel, what surrounds it, and the whole image.
///
/// Three stages at 1/2, 1/4 and 1/8 of the image; smaller versions of the image itself are injected
/// behind each. Layers have the published names: `level1_0`, `b1`, `level2_0`, `level2.0`, …,
/// `classifier.0`. Input (N, H, W, bands), logits (N, H, W, outputs), resized from 1/8.
public struct CGNet: Model {
  /// Blocks of the second stage, the one that halves the image included.
  public let secondBlocks: Int
  /// Blocks of the third stage, the one that halves the image included.
  public let thirdBlocks: Int

  /// Makes a CGNet; the published one has 3 and 21 blocks.
  public init(secondBlocks: Int = 3, thirdBlocks: Int = 21) {
    self.secondBlocks = secondBlocks
    self.thirdBlocks = thirdBlocks
  }

  /// Takes `second_blocks` and `third_blocks`.
  public init(_ settings: Settings) {
    self.init(
      secondBlocks: settings.integer("second_blocks"), thirdBlocks: settings.integer("third_blocks")
    )
  }

  /// `cgnet`.
  public static let component = Component(
    family: "model", name: "cgnet",
    summary: "CGNet: light network of local, surrounding and global context, at 1/8 of the image.",
    formula:
      "block: x + gate(PReLU(BN([depthwise 3×3, dilated depthwise 3×3] of a 1×1 convolution)))",
    source: "Wu, Tang, Zhang, Cao and Zhang 2018, arXiv:1811.08201",
    settings: [
      Setting("second_blocks", .integer(2...64), default: "3", "Blocks at 1/4 of the image (M)."),
      Setting("third_blocks", .integer(2...64), default: "21", "Blocks at 1/8 of the image (N)."),
    ])

  /// Builds the network.
  public func graph(bands: Int, outputs: Int) -> Graph {
    let builder = GraphBuilder()
    let input = builder.input(channels: bands)
    let logits = eighthLogits(input, outputs: outputs, in: builder)
    return builder.graph(outputs: [builder.resize(logits, to: input)])
  }

  /// The same without the last enlargement: logits of an eighth of the rows and columns.
  public func eighthGraph(bands: Int, outputs: Int) -> Graph {
    let builder = GraphBuilder()
    let input = builder.input(channels: bands)
    return builder.graph(outputs: [eighthLogits(input, outputs: outputs, in: builder)])
  }

  private func eighthLogits(_ x: Value, outputs: Int, in builder: GraphBuilder) -> Value {
    builder.convolution(
      features(of: x, under: "", in: builder), "classifier.0.conv", outputs: outputs, kernel: 1,
      bias: false)
  }
}

extension CGNet: FeatureNetwork {
  /// 8.
  public var featureStep: Int { 8 }
  /// Any image will do.
  public var leastSize: Int { 1 }

  /// Adds all but the classifier: (N, ⌈H / 8⌉, ⌈W / 8⌉, 256).
  public func features(of x: Value, under name: String, in builder: GraphBuilder) -> Value {
    let blocks = ContextBlocks(builder: builder, prefix: name)
    let half = builder.averagePool(x, size: 3, stride: 2, padding: 1)
    let quarter = builder.averagePool(half, size: 3, stride: 2, padding: 1)
    var y = blocks.convolution(x, "level1_0", outputs: 32, kernel: 3, stride: 2)
    y = blocks.convolution(y, "level1_1", outputs: 32, kernel: 3)
    y = blocks.convolution(y, "level1_2", outputs: 32, kernel: 3)
    y = blocks.activate(builder.concatenate([y, half]), "b1")
    let second = blocks.down(y, "level2_0", outputs: 64, dilation: 2, reduction: 8)
    y = second
    for index in 0..<secondBlocks - 1 {
      y = blocks.block(y, "level2.\(index)", dilation: 2, reduction: 8)
    }
    y = blocks.activate(builder.concatenate([y, second, quarter]), "bn_prelu_2")
    let third = blocks.down(y, "level3_0", outputs: 128, dilation: 4, reduction: 16)
    y = third
    for index in 0..<thirdBlocks - 1 {
      y = blocks.block(y, "level3.\(index)", dilation: 4, reduction: 16)
    }
    return blocks.activate(builder.concatenate([third, y]), "bn_prelu_3")
  }
}

/// The blocks of CGNet.
private struct ContextBlocks {
  let builder: GraphBuilder
  let prefix: String
  private let epsilon = 1e-3

  init(builder: GraphBuilder, prefix: String) {
    self.builder = builder
    self.prefix = prefix
  }

  /// Batch norm and rectifier, under `bn` and `act` of `name`.
  func activate(_ x: Value, _ name: String) -> Value {
    builder.prelu(
      builder.batchNorm(x, "\(prefix)\(name).bn", epsilon: epsilon), "\(prefix)\(name).act")
  }

  func convolution(
    _ x: Value, _ name: String, outputs: Int, kernel: Int, stride: Int = 1
  ) -> Value {
    let y = builder.convolution(
      x, "\(prefix)\(name).conv", outputs: outputs, kernel: kernel, stride: stride,
      padding: kernel / 2, bias: false)
    return activate(y, name)
  }

  /// What lies near each pixel and what surrounds it, channel by channel.
  private func context(_ x: Value, _ name: String, dilation: Int) -> Value {
    let near = builder.depthwiseConvolution(
      x, "\(prefix)\(name).F_loc.conv", kernel: 3, padding: 1, bias: false)
    let around = builder.depthwiseConvolution(
      x, "\(prefix)\(name).F_sur.conv", kernel: 3, padding: dilation, dilation: dilation,
      bias: false)
    return builder.concatenate([near, around])
  }

  /// x times a factor for each channel that depends on the whole image.
  private func gate(_ x: Value, _ name: String, reduction: Int) -> Value {
    let channels = builder.channels(of: x)
    let path = "\(prefix)\(name).F_glo.fc"
    let squeezed = builder.relu(
      builder.linear(
        builder.globalAveragePool(x), "\(path).0", outputs: channels / reduction))
    return builder.gate(
      x, by: builder.sigmoid(builder.linear(squeezed, "\(path).2", outputs: channels)))
  }

  /// The block that halves the image; its `conv1x1` is 3×3, as published.
  func down(_ x: Value, _ name: String, outputs: Int, dilation: Int, reduction: Int) -> Value {
    let y = convolution(x, "\(name).conv1x1", outputs: outputs, kernel: 3, stride: 2)
    let joined = activate(context(y, name, dilation: dilation), name)
    let reduced = builder.convolution(
      joined, "\(prefix)\(name).reduce.conv", outputs: outputs, kernel: 1, bias: false)
    return gate(reduced, name, reduction: reduction)
  }

  func block(_ x: Value, _ name: String, dilation: Int, reduction: Int) -> Value {
    let half = builder.channels(of: x) / 2
    let y = convolution(x, "\(name).conv1x1", outputs: half, kernel: 1)
    let joined = activate(context(y, name, dilation: dilation), "\(name).bn_prelu")
    return builder.add(gate(joined, name, reduction: reduction), x)
  }
}
