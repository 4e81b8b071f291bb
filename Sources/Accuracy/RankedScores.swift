/// Scores of pixels in order, each with the pixels of a class and of the others that have it.
///
/// Everything that depends on the order of scores alone follows from it: AUROC, average precision
/// and what every threshold would give. It is exact, ties included; parts merge to the whole. For
/// more pixels than memory holds, fill a ``ScoreHistogram`` and rank that.
public struct RankedScores: Sendable, Equatable {
  /// Pixels of one score.
  public struct Group: Sendable, Equatable {
    /// Their score.
    public let score: Float
    /// Those of the class.
    public internal(set) var positives: Int
    /// The others.
    public internal(set) var negatives: Int
  }

  /// One group for each score that occurs, the greatest first.
  public private(set) var groups: [Group] = []
  /// The pixels of the class, and the others.
  public private(set) var total = (positives: 0, negatives: 0)

  /// No pixels.
  public init() {}

  /// Makes it of groups in order; those without pixels are left out.
  init(groups: [Group]) {
    self.groups = groups.filter { $0.positives + $0.negatives > 0 }
    for group in groups {
      total.positives += group.positives
      total.negatives += group.negatives
    }
  }

  /// Ranks pixels.
  ///
  /// - Parameters:
  ///   - scores: Anything that grows with the class being more likely, one a pixel.
  ///   - reference: The label of each pixel.
  ///   - positive: The class that the scores are about; all other labels are its negatives.
  ///   - ignored: The label of pixels that are not counted and whose scores do not matter.
  /// - Throws: `AccuracyError.invalidScore` for a score that is NaN.
  public init(
    scores: [Float], reference: [UInt8], positive: UInt8 = 1, ignoring ignored: UInt8? = 255
  ) throws(AccuracyError) {
    precondition(
      scores.count == reference.count,
      "\(scores.count) scores for \(reference.count) labels")
    var kept: [(score: Float, isPositive: Bool)] = []
    kept.reserveCapacity(scores.count)
    for (pixel, label) in reference.enumerated() where label != ignored {
      guard !scores[pixel].isNaN else { throw .invalidScore(scores[pixel], pixel: pixel) }
      kept.append((scores[pixel], label == positive))
    }
    kept.sort { $0.score > $1.score }
    var groups: [Group] = []
    for pixel in kept {
      // -0 and 0 are one score
      if groups.last?.score != pixel.score {
        groups.append(Group(score: pixel.score, positives: 0, negatives: 0))
      }
      if pixel.isPositive {
        groups[groups.count - 1].positives += 1
      } else {
        groups[groups.count - 1].negatives += 1
      }
    }
    self.init(groups: groups)
  }

  /// Adds the pixels of other scores.
  public mutating func merge(_ other: RankedScores) {
    var merged: [Group] = []
    merged.reserveCapacity(groups.count + other.groups.count)
    var (own, its) = (0, 0)
    while own < groups.count || its < other.groups.count {
      let takesOwn =
        its == other.groups.count
        || own < groups.count && groups[own].score >= other.groups[its].score
      let takesIts =
        own == groups.count
        || its < other.groups.count && other.groups[its].score >= groups[own].score
      var group = takesOwn ? groups[own] : other.groups[its]
      if takesOwn && takesIts {
        group.positives += other.groups[its].positives
        group.negatives += other.groups[its].negatives
      }
      if takesOwn { own += 1 }
      if takesIts { its += 1 }
      merged.append(group)
    }
    self = RankedScores(groups: merged)
  }

  /// Equal groups; their sums follow.
  public static func == (first: RankedScores, second: RankedScores) -> Bool {
    first.groups == second.groups
  }

  /// A metric's score; nil where it is 0/0.
  ///
  /// - Parameter metric: A metric whose rule needs the order of scores.
  public func score(_ metric: Metric) -> Double? {
    guard case .ranking(let rule) = metric.rule else {
      preconditionFailure("metric '\(metric.name)' is not computed from the order of scores")
    }
    return rule(self)
  }
}

extension Metric {
  /// Area under the ROC curve.
  public static let areaUnderROC = Metric(
    "auroc",
    "Chance that a pixel of the class has a greater score than one of the others; "
      + "a tie counts half.",
    formula: "sum over scores s of positives_s (negatives below s + negatives_s / 2) / (P N)",
    .ranking { scores in
      let (positives, negatives) = scores.total
      guard positives > 0, negatives > 0 else { return nil }
      var below = Double(negatives)
      let wins = scores.groups.reduce(0.0) { sum, group in
        below -= Double(group.negatives)
        return sum + Double(group.positives) * (below + Double(group.negatives) / 2)
      }
      return wins / (Double(positives) * Double(negatives))
    })

  /// Average precision.
  public static let averagePrecision = Metric(
    "average_precision",
    "Mean precision over the steps of recall, without interpolation; pixels of one score count "
      + "together.",
    formula: "sum over scores s from the greatest of (recall_s - recall before s) precision_s",
    .ranking { scores in
      guard scores.total.positives > 0 else { return nil }
      var (hits, mapped) = (0, 0)
      let sum = scores.groups.reduce(0.0) { sum, group in
        hits += group.positives
        mapped += group.positives + group.negatives
        return sum + Double(group.positives) * Double(hits) / Double(mapped)
      }
      return sum / Double(scores.total.positives)
    })
}
