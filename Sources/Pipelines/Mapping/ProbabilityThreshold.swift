/// How a threshold on the probability of the second class is chosen.
enum ThresholdCriterion: Equatable, Sendable {
  /// The best IoU of the second class.
  case iou
  /// The highest threshold that finds at least this share of the second class.
  case recall(Double)

  /// In words, for notes.
  var text: String {
    switch self {
    case .iou: "best IoU"
    case .recall(let least): "recall at least \(least)"
    }
  }
}

/// Labelled pixels counted by the probability of the second class, in thousandths.
struct ProbabilityCounts {
  private static let steps = 1000
  private var positives = [Int](repeating: 0, count: steps + 1)
  private var negatives = [Int](repeating: 0, count: steps + 1)

  /// A threshold and what it comes to.
  struct Choice: Codable, Equatable, Sendable {
    var threshold: Double
    var iou: Double
    var recall: Double
  }

  /// Counts a pixel.
  mutating func add(_ probability: Float, isSecond: Bool) {
    let step = ProbabilityCounts.step(probability)
    if isSecond { positives[step] += 1 } else { negatives[step] += 1 }
  }

  /// The best threshold; nil without pixels of the second class.
  ///
  /// Of equals the nearest to a half: where classes are far apart all between them are.
  func best(_ criterion: ThresholdCriterion) -> Choice? {
    let total = positives.reduce(0, +)
    guard total > 0 else { return nil }
    var (hits, falseAlarms) = (0, 0)
    var best: Choice?
    for step in (0...ProbabilityCounts.steps).reversed() {
      hits += positives[step]
      falseAlarms += negatives[step]
      let choice = Choice(
        threshold: ProbabilityCounts.threshold(step),
        iou: Double(hits) / Double(total + falseAlarms), recall: Double(hits) / Double(total))
      switch criterion {
      case .recall(let least):
        if choice.recall >= least { return choice }
      case .iou:
        guard let known = best else {
          best = choice
          continue
        }
        let isNearer = abs(choice.threshold - 0.5) < abs(known.threshold - 0.5)
        if choice.iou > known.iou || (choice.iou == known.iou && isNearer) { best = choice }
      }
    }
    return best
  }

  private static func threshold(_ step: Int) -> Double { Double(step) / Double(steps) }

  /// The highest step whose threshold the probability reaches, as `ClassRule` compares.
  private static func step(_ probability: Float) -> Int {
    let value = Double(probability)
    var step = min(steps, max(0, Int(value * Double(steps))))
    while step < steps, threshold(step + 1) <= value { step += 1 }
    while step > 0, threshold(step) > value { step -= 1 }
    return step
  }
}
