import Configuration

/// How long and in which steps to train.
public struct TrainingOptions: Sendable {
  /// A factor of the learning rate for some parameters.
  public struct RateRule: Sendable, Equatable {
    /// Which parameters.
    public var parameters: NamePattern
    /// The factor.
    public var factor: Double

    /// Makes a rule.
    public init(parameters: String, factor: Double) {
      self.parameters = NamePattern(parameters)
      self.factor = factor
    }
  }

  /// An average of the weights over the last steps, see ``WeightAverage``.
  public struct Average: Sendable, Equatable {
    /// How much of the average is kept at each step.
    public var decay: Double
    /// Whether the first steps keep less.
    public var warmsUp: Bool

    /// Describes an average.
    public init(decay: Double, warmsUp: Bool = false) {
      self.decay = decay
      self.warmsUp = warmsUp
    }
  }

  /// The most epochs; an epoch is a number of steps, after which the model is validated.
  public var epochs: Int
  /// Steps of an epoch.
  public var stepsPerEpoch: Int
  /// Epochs without a better score after which training stops; nil: never.
  public var patience: Int?
  /// The greatest norm of all gradients together; nil: any.
  public var clipNorm: Double?
  /// The greatest size of an element of the gradients; nil: any.
  ///
  /// It comes before `clipNorm`.
  public var clipValue: Double?
  /// Batches of a step: their mean gradient makes it.
  public var accumulate: Int
  /// The average that is validated and kept in place of the weights; nil: the weights themselves.
  public var average: Average?
  /// Factors of the learning rate; the first rule whose pattern a name has counts.
  public var rates: [RateRule]
  /// Parameters that stay as they are: no step, no decay, no part in the gradient's norm.
  public var frozen: [NamePattern]
  /// Whether the running statistics of `frozen` names stay as they are, too.
  ///
  /// Batches are normalised by their own statistics either way.
  public var freezesStatistics: Bool
  /// How labels are softened where classes meet; nil: not at all.
  public var smoothing: BoundarySmoothing?
  /// Whether the loss of each image is computed for ``Trainer/imageLosses``.
  public var keepsImageLosses: Bool

  /// Makes options.
  public init(
    epochs: Int, stepsPerEpoch: Int, patience: Int? = nil, clipNorm: Double? = nil,
    clipValue: Double? = nil, accumulate: Int = 1, average: Average? = nil,
    rates: [RateRule] = [], frozen: [String] = [], freezesStatistics: Bool = false,
    keepsImageLosses: Bool = false
  ) {
    precondition(accumulate >= 1, "a step of \(accumulate) batches")
    self.epochs = epochs
    self.stepsPerEpoch = stepsPerEpoch
    self.patience = patience
    self.clipNorm = clipNorm
    self.clipValue = clipValue
    self.accumulate = accumulate
    self.average = average
    self.rates = rates
    self.frozen = frozen.map(NamePattern.init)
    self.freezesStatistics = freezesStatistics
    self.keepsImageLosses = keepsImageLosses
  }
}

extension TrainingOptions {
  /// The parameters that are stepped, with the factors of their rates.
  ///
  /// - Parameters:
  ///   - slots: All trained parameters.
  ///   - names: The names of all parameters, statistics included.
  /// - Throws: `TrainingError` for a pattern that no name has, or if nothing is left to train.
  func trained(_ slots: [ParameterSlot], names: [String]) throws -> [ParameterSlot] {
    for (setting, pattern) in frozen.map({ ("frozen", $0) })
      + rates.map({ ("rates", $0.parameters) })
    where !names.contains(where: pattern.matches) {
      var beginnings: [String] = []
      for name in names {
        let beginning = String(name.prefix { $0 != "." })
        if !beginnings.contains(beginning) { beginnings.append(beginning) }
      }
      throw TrainingError(
        "\(setting): no parameter is named '\(pattern)'. Names of this network begin with: "
          + beginnings.joined(separator: ", "))
    }
    let trained = slots.compactMap { slot -> ParameterSlot? in
      guard !frozen.contains(where: { $0.matches(slot.name) }) else { return nil }
      var slot = slot
      slot.rateFactor = rates.first { $0.parameters.matches(slot.name) }?.factor ?? 1
      return slot
    }
    guard !trained.isEmpty else {
      throw TrainingError("frozen: every parameter is; leave out at least the head")
    }
    return trained
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
