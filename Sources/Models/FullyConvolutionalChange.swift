import Configuration
import Engine

/// What the three change networks of Daudt, Le Saux and Boulch (2018) have in common.
///
/// An encoder of four stages of 2, 2, 3 and 3 convolutions, and a decoder that mirrors it with
/// transposed convolutions; `fusion` says where the dates meet. Layers have the published names:
/// `conv11`, `bn11`, …, `upconv4`, `conv43d`, `bn43d`, …, `conv11d`.
struct FullyConvolutionalChange {
  /// Where the two dates meet.
  enum Fusion {
    /// In the input: one encoder sees both.
    case early
    /// Skips are those of both dates, one after the other.
    case concatenation
    /// Skips are the absolute difference of both dates.
    case difference
  }

  let fusion: Fusion
  let base: Int
  let dropout: Double

  /// Convolutions of each stage.
  private static let stages = [2, 2, 3, 3]

  static let settings = [
    Setting(
      "base", .integer(1...512), default: "16", unit: "channels",
      "Channels of the first stage; they double at each of the three others."),
    Setting(
      "dropout", .number(0...0.95), default: "0.2",
      "Probability that a channel of an image is left out behind each convolution in training."),
  ]

  static let source = "Daudt, Le Saux and Boulch 2018, arXiv:1810.08462"

  init(_ fusion: Fusion, base: Int, dropout: Double) {
    self.fusion = fusion
    self.base = base
    self.dropout = dropout
  }

  init(_ fusion: Fusion, _ settings: Settings) {
    self.init(fusion, base: settings.integer("base"), dropout: settings.number("dropout"))
  }

  func graph(bands: Int, outputs: Int) -> Graph {
    let builder = GraphBuilder()
    let input = builder.input(channels: bands)
    let x = builder.fit(input, toAtLeast: 1 << Self.stages.count)
    let dates = fusion == .early ? [x] : TwoDates.split(x, in: builder)
    let skips = dates.map { encode($0, in: builder) }
    // the deepest features are those of date 2, as published
    var y = builder.maxPool(skips[skips.count - 1][Self.stages.count - 1])
    for stage in Self.stages.indices.reversed() {
      y = decode(y, stage, skips: skips.map { $0[stage] }, outputs: outputs, in: builder)
    }
    return builder.graph(outputs: [builder.crop(y, to: input)])
  }

  private func encode(_ x: Value, in builder: GraphBuilder) -> [Value] {
    var skips: [Value] = []
    for (stage, count) in Self.stages.enumerated() {
      var y = skips.last.map { builder.maxPool($0) } ?? x
      for index in 1...count {
        let name = "\(stage + 1)\(index)"
        y = builder.convolution(
          y, "conv\(name)", outputs: base << stage, kernel: 3, padding: 1)
        y = finish(y, "bn\(name)", in: builder)
      }
      skips.append(y)
    }
    return skips
  }

  private func decode(
    _ x: Value, _ stage: Int, skips: [Value], outputs: Int, in builder: GraphBuilder
  ) -> Value {
    let width = base << stage
    let up = builder.transposedConvolution(
      x, "upconv\(stage + 1)", outputs: width, kernel: 3, stride: 2, padding: 1, outputPadding: 1)
    let seen =
      fusion == .difference ? [builder.absoluteDifference(skips[0], skips[1])] : skips
    var y = builder.concatenate([builder.fit(up, to: skips[0])] + seen)
    for index in (1...Self.stages[stage]).reversed() {
      let name = "\(stage + 1)\(index)d"
      let isLast = stage == 0 && index == 1
      let width = isLast ? outputs : index > 1 ? width : max(1, width / 2)
      y = builder.transposedConvolution(
        y, "conv\(name)", outputs: width, kernel: 3, stride: 1, padding: 1)
      if !isLast { y = finish(y, "bn\(name)", in: builder) }
    }
    return y
  }

  private func finish(_ x: Value, _ norm: String, in builder: GraphBuilder) -> Value {
    let y = builder.relu(builder.batchNorm(x, norm))
    return dropout == 0 ? y : builder.dropout(y, rate: dropout, wholeChannels: true)
  }
}
