import Configuration

/// How long and in which steps to train.
public struct TrainingOptions: Sendable {
  /// The most epochs; an epoch is a number of steps, after which the model is validated.
  public var epochs: Int
  /// Steps of an epoch.
  public var stepsPerEpoch: Int
  /// Epochs without a better score after which training stops; nil: never.
  public var patience: Int?
  /// The greatest norm of all gradients together; nil: any.
  public var clipNorm: Double?

  /// Makes options.
  public init(epochs: Int, stepsPerEpoch: Int, patience: Int? = nil, clipNorm: Double? = nil) {
    self.epochs = epochs
    self.stepsPerEpoch = stepsPerEpoch
    self.patience = patience
    self.clipNorm = clipNorm
  }
}

/// What one epoch came to.
public struct EpochRecord: Sendable, Codable, Equatable {
  /// From 1.
  public let epoch: Int
  /// The mean loss of its steps.
  public let loss: Double
  /// The learning rate of its last step.
  public let rate: Double
  /// The mean norm of all gradients together, before clipping.
  public let gradientNorm: Double
  /// The validation score; absent where nothing could be scored.
  public let score: Double?
  /// Whether the score is the best so far, so that these weights were kept.
  public let isBest: Bool
}

/// Training that cannot go on.
public struct TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What happened and how to mend it.
  public let description: String

  /// Makes an error from one line of text.
  public init(_ description: String) { self.description = description }
}
