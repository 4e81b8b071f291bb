import Configuration
import Engine

/// Which normalisation follows a convolution.
public enum NormKind: Sendable, Equatable {
  /// Over the batch.
  case batch
  /// Over the pixels and the channels of a group, image by image; the number of groups is the greatest
  /// common divisor of this and the channels.
  case group(Int)
  /// Over the channels of a pixel.
  case layer

  /// Takes `norm` and `groups`.
  init(_ settings: Settings) {
    switch settings.text("norm") {
    case "group": self = .group(settings.integer("groups"))
    case "layer": self = .layer
    default: self = .batch
    }
  }
}

/// Two 3×3 convolutions, each with a norm and a rectifier behind it: `conv1`, `bn1`, `conv2`, `bn2`
/// (`norm1` and `norm2` where they are not batch norms).
///
/// With `isResidual` the input is added before the last rectifier, through the 1×1 convolution
/// `shortcut.conv` and its norm where the numbers of channels differ (He, Zhang, Ren and Sun 2016).
struct ConvolutionPair {
  var norm = NormKind.batch
  var isResidual = false

  static let settings = [
    Setting(
      "norm", .choice(["batch", "group", "layer"]), default: "batch",
      "What is normalised over: the batch, groups of channels of an image, the channels of a pixel."
    ),
    Setting(
      "groups", .integer(1...512), default: "8",
      "Groups of 'norm: group'; at most the greatest common divisor with the channels."),
    Setting(
      "residual", .flag, default: "false",
      "Whether the input of each pair of convolutions is added to what they give."),
  ]

  init(norm: NormKind = .batch, isResidual: Bool = false) {
    self.norm = norm
    self.isResidual = isResidual
  }

  /// Takes `norm`, `groups` and `residual`.
  init(_ settings: Settings) {
    self.init(norm: NormKind(settings), isResidual: settings.flag("residual"))
  }

  /// Adds the pair under `name`.
  func callAsFunction(
    _ x: Value, _ name: String, channels: Int, in builder: GraphBuilder
  ) -> Value {
    let first = builder.relu(step(x, name, 1, channels: channels, in: builder))
    let second = step(first, name, 2, channels: channels, in: builder)
    guard isResidual else { return builder.relu(second) }
    var shortcut = x
    if builder.channels(of: x) != channels {
      let projected = builder.convolution(
        x, "\(name).shortcut.conv", outputs: channels, kernel: 1, bias: false)
      shortcut = normalise(projected, "\(name).shortcut", "", in: builder)
    }
    return builder.relu(builder.add(second, shortcut))
  }

  private func step(
    _ x: Value, _ name: String, _ index: Int, channels: Int, in builder: GraphBuilder
  ) -> Value {
    let y = builder.convolution(
      x, "\(name).conv\(index)", outputs: channels, kernel: 3, padding: 1, bias: false)
    return normalise(y, name, "\(index)", in: builder)
  }

  private func normalise(
    _ x: Value, _ name: String, _ index: String, in builder: GraphBuilder
  ) -> Value {
    switch norm {
    case .batch: builder.batchNorm(x, "\(name).bn\(index)")
    case .layer: builder.layerNorm(x, "\(name).norm\(index)")
    case .group(let count):
      builder.groupNorm(
        x, "\(name).norm\(index)",
        groups: greatestCommonDivisor(count, builder.channels(of: x)))
    }
  }

  private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
