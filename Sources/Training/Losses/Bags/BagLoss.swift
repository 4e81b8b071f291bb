import CKernels
import Configuration
import Glibc

/// Learning from label proportions: the mean prediction of a group against its known shares.
public struct BagLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "bag",
    summary: "Learning from label proportions: the mean prediction of each group of pixels against "
      + "the known share of each class in it.",
    formula: """
      q = mean of p over a bag's pixels that are not ignored, pi = its known shares
      ce: -sum_k w_k pi_k log max(q_k, 1e-7)   kl: ce + sum_k w_k pi_k log pi_k
      l1: sum_k w_k |q_k - pi_k|               l2: sum_k w_k (q_k - pi_k)^2
      mean over the bags that have such a pixel; one channel has the two classes (1 - p, p)
      smoothing e: pi is (1 - e) pi + e/K
      """,
    source: "Ardehaly and Culotta, Co-training for Demographic Classification Using Deep Learning "
      + "from Label Proportions (arXiv 1709.04108)",
    settings: [
      LossSettings.weight,
      Setting("kind", .choice(Kind.allCases.map(\.rawValue)), default: "ce", "The distance."),
      Setting(
        "cells", .integer(0...65536), default: "0", unit: "pixels",
        "The side of the square cells that are the bags, 0 for whole images; their shares are "
          + "those of the labels. Not used where a batch brings bags of its own."),
    ] + LossSettings.outcomeWeights + [LossSettings.smoothing])

  /// How the mean prediction and the shares are compared.
  enum Kind: String, CaseIterable {
    case ce, kl, l1, l2
  }

  /// The least mean probability that the logarithm sees.
  private static let least = 1e-7

  private let kind: Kind
  private let side: Int
  private let classWeights: [Double]
  private let smoothing: Double

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    guard let kind = Kind(rawValue: settings.text("kind")) else {
      preconditionFailure("kind '\(settings.text("kind"))' is not declared")
    }
    self.kind = kind
    side = settings.integer("cells")
    classWeights =
      try LossSettings.readOutcomeWeights(settings, loss: Self.component.name, classes: classes)
      ?? Array(repeating: 1, count: max(classes, 2))
    smoothing = settings.number("smoothing")
  }

  /// Computes the value and adds the gradient.
  ///
  /// Cells need the width of the images of the batch.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let view = LossView(batch, memory)
      let bags = batch.bags ?? makeBags(batch, view)
      let means = BagMeans(view, bags)
      var value = 0.0
      var slopes = means.sums.map { _ in 0.0 }  // by each mean
      let factor = 1 / Double(max(means.counts.count { $0 > 0 }, 1))
      let outcomes = classWeights.count
      for bag in means.counts.indices where means.counts[bag] > 0 {
        for k in 0..<outcomes {
          let share = bags.proportions[bag * outcomes + k]
          let term = compare(
            means.mean(bag, k), (1 - smoothing) * share + smoothing / Double(outcomes))
          value += factor * classWeights[k] * term.value
          slopes[bag * outcomes + k] =
            weight * factor * classWeights[k] * term.slope / Double(means.counts[bag])
        }
      }
      if let gradient {
        add(slopes, bags, batch, memory, view, to: gradient)
      }
      return value
    }
  }

  private func makeBags(_ batch: LossBatch, _ view: LossView) -> LossBags {
    let width = side == 0 ? batch.pixels : batch.requiredWidth(loss: Self.component.name)
    return LossBags(of: view, side: side, width: width)
  }

  /// The distance of a mean from a share and its derivative by the mean.
  private func compare(_ mean: Double, _ share: Double) -> (value: Double, slope: Double) {
    switch kind {
    case .ce, .kl:
      let value = -share * log(max(mean, Self.least))
      let entropy = kind == .kl && share > 0 ? share * log(share) : 0
      return (value + entropy, mean >= Self.least ? -share / mean : 0)
    case .l1:
      let difference = mean - share
      return (abs(difference), difference > 0 ? 1 : difference < 0 ? -1 : 0)
    case .l2:
      let difference = mean - share
      return (difference * difference, 2 * difference)
    }
  }

  private func add(
    _ slopes: [Double], _ bags: LossBags, _ batch: LossBatch, _ memory: LossMemory,
    _ view: LossView, to gradient: UnsafeMutableRawPointer
  ) {
    let classes = view.classes
    var bySlot = [Double](repeating: 0, count: bags.ids.count * classes)
    for i in bags.ids.indices where bags.ids[i] >= 0 && view.takesPart(i) {
      let bag = Int(bags.ids[i])
      if classes == 1 {
        bySlot[i] = slopes[2 * bag + 1] - slopes[2 * bag]
      } else {
        for k in 0..<classes { bySlot[i * classes + k] = slopes[bag * classes + k] }
      }
    }
    rs_loss_chain_slopes(
      batch.type, bags.ids.count, classes, memory.probabilities, memory.target, bySlot, gradient)
  }
}

/// The sums of the probabilities over the pixels of every bag.
private struct BagMeans {
  /// The number of pixels of each bag that are not ignored.
  var counts: [Int]
  /// (bags, outcomes).
  var sums: [Double]
  private let outcomes: Int

  init(_ view: LossView, _ bags: LossBags) {
    outcomes = max(view.classes, 2)
    sums = Array(repeating: 0, count: bags.proportions.count)
    counts = Array(repeating: 0, count: bags.proportions.count / outcomes)
    for i in bags.ids.indices where bags.ids[i] >= 0 && view.takesPart(i) {
      let bag = Int(bags.ids[i])
      counts[bag] += 1
      if view.classes == 1 {
        let p = view.probability(i, 0)
        sums[2 * bag] += 1 - p
        sums[2 * bag + 1] += p
      } else {
        for k in 0..<outcomes { sums[bag * outcomes + k] += view.probability(i, k) }
      }
    }
  }

  func mean(_ bag: Int, _ k: Int) -> Double { sums[bag * outcomes + k] / Double(counts[bag]) }
}
