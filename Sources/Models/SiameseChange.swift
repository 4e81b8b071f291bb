import Configuration
import Engine

/// A network for semantic change: what was there at each of two dates, and whether it changed.
///
/// One encoder, any `FeatureNetwork`, gives the features of both dates with the same weights
/// (`encoder.…`); one head (`semantic`) makes classes of each; the change head (`change.conv`,
/// `change.bn`, `change.head`) sees the absolute difference of the features. To exchange the dates
/// exchanges their classes and leaves the change as it is, bit by bit.
///
/// Input (N, H, W, bands of date 1 and of date 2); logits (N, H, W, 2 K + 1) for K classes: those of
/// date 1, those of date 2, and change.
public struct SiameseChange: Model {
  private let encoderName: String
  private let encoder: (any FeatureNetwork)?

  /// Makes a network around an encoder.
  public init(encoder: any FeatureNetwork) {
    self.encoder = encoder
    encoderName = type(of: encoder).component.name
  }

  /// Takes `encoder`.
  public init(_ settings: Settings) {
    guard let (name, own) = settings.optionalComponent("encoder") else {
      preconditionFailure("the setting 'encoder' has a default")
    }
    encoderName = name
    encoder = ModelRegistry.make(name, settings: own) as? any FeatureNetwork
  }

  /// `siamese_change`.
  public static let component = Component(
    family: "model", name: "siamese_change",
    summary:
      "Semantic change: one encoder for two dates, classes of both, and whether they differ.",
    formula: "logits: [head(f₁), head(f₂), change(|f₁ - f₂|)]",
    source: "after Daudt, Le Saux, Boulch and Gousseau 2019, arXiv:1810.08452",
    settings: [
      Setting(
        "encoder", .component(family: "model"), default: "unet",
        "The network that gives the features of each date, with its settings.")
    ])

  /// Channels of the change head at most.
  private static let changeWidth = 64

  /// Twice the classes, and one for change.
  public func logitChannels(outputs: Int) -> Int { 2 * outputs + 1 }

  /// Builds the network.
  ///
  /// - Throws: `ModelError` where the bands are not those of two dates, or the encoder gives no
  ///   features.
  public func graph(bands: Int, outputs: Int) throws -> Graph {
    guard let encoder else {
      let known = ModelRegistry.all.filter { $0 is any FeatureNetwork.Type }
      throw ModelError(
        "'siamese_change' cannot take features from '\(encoderName)'. Encoders that give them: "
          + known.map { $0.component.name }.joined(separator: ", "))
    }
    _ = try TwoDates.bandsOfOne(of: bands, for: "siamese_change")
    let builder = GraphBuilder()
    let input = builder.input(channels: bands)
    let x = builder.fit(input, toAtLeast: encoder.leastSize)
    let features = TwoDates.split(x, in: builder).map {
      encoder.features(of: $0, under: "encoder.", in: builder)
    }
    let classes = features.map {
      builder.convolution($0, "semantic", outputs: outputs, kernel: 1)
    }
    let change = change(features, in: builder)
    let logits = encoder.enlarge(
      builder.concatenate(classes + [change]), to: x, in: builder)
    return builder.graph(outputs: [builder.crop(logits, to: input)])
  }

  private func change(_ features: [Value], in builder: GraphBuilder) -> Value {
    let difference = builder.absoluteDifference(features[0], features[1])
    let seen = builder.convolution(
      difference, "change.conv",
      outputs: min(Self.changeWidth, builder.channels(of: difference)), kernel: 3, padding: 1,
      bias: false)
    return builder.convolution(
      builder.relu(builder.batchNorm(seen, "change.bn")), "change.head", outputs: 1, kernel: 1)
  }
}
