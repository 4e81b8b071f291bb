import CKernels
import Configuration
import Glibc

/// Learning from label proportions: the mean prediction of a bag of pixels against what is known of it.
public struct ProportionLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "bag",
    summary: "Shares of classes in bags of pixels, where labels of single pixels are not to be "
      + "trusted.",
    formula: """
      q = mean of p over a bag's pixels that are not ignored, pi the known shares
      ce: -sum pi log q;  kl: sum pi log(pi / q);  l1: sum |q - pi|;  l2: sum (q - pi)^2
      mean over the bags that have such a pixel
      """,
    source: "Ardehali and Culotta 2017; Busa-Fekete et al. 2023, Learning from Aggregate Responses",
    settings: [
      LossSettings.weight,
      Setting(
        "kind", .choice(Kind.allCases.map(\.rawValue)), default: "kl",
        "How shares are compared."),
      Setting(
        "cell", .integer(0...4096), default: "0", unit: "pixels",
        "Side of the square cells that are bags, with the shares that the labels have there; 0 takes "
          + "each window as a whole."),
    ])

  private enum Kind: String, CaseIterable { case ce, kl, l1, l2 }

  private static let leastShare = 1e-7
  private let kind: Kind
  private let cell: Int

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    guard let kind = Kind(rawValue: settings.text("kind")) else {
      preconditionFailure("kind '\(settings.text("kind"))' is not declared")
    }
    self.kind = kind
    cell = settings.integer("cell")
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let bags = batch.bags ?? LossBags(batch, memory, cell: cell)
      let columns = max(batch.classes, 2)
      let count = bags.proportions.count / columns
      var means = [Double](repeating: 0, count: bags.proportions.count)
      var sizes = [Double](repeating: 0, count: count)
      batch.forEachPixel(memory) { pixel, probability, _ in
        let bag = Int(bags.ids[pixel])
        guard bag >= 0 else { return }
        sizes[bag] += 1
        if batch.classes == 1 {
          means[2 * bag] += 1 - probability(0)
          means[2 * bag + 1] += probability(0)
        } else {
          for k in 0..<columns { means[bag * columns + k] += probability(k) }
        }
      }
      let filled = Double(sizes.count { $0 > 0 })
      guard filled > 0 else { return 0 }
      var value = 0.0
      var slopes = [Double](repeating: 0, count: means.count)
      for index in means.indices where sizes[index / columns] > 0 {
        let size = sizes[index / columns]
        let part = compare(means[index] / size, bags.proportions[index])
        value += part.value / filled
        slopes[index] = part.slope / (size * filled)
      }
      guard let gradient else { return value }
      var byPixel = [Double](repeating: 0, count: batch.images * batch.pixels * batch.classes)
      for pixel in 0..<batch.images * batch.pixels where memory.takesPart(pixel) {
        let bag = Int(bags.ids[pixel])
        guard bag >= 0 else { continue }
        if batch.classes == 1 {
          byPixel[pixel] = slopes[2 * bag + 1] - slopes[2 * bag]
        } else {
          for k in 0..<columns { byPixel[pixel * columns + k] = slopes[bag * columns + k] }
        }
      }
      rs_loss_slopes_gradient(
        batch.type, batch.images * batch.pixels, batch.classes, memory.probabilities, byPixel,
        weight, gradient)
      return value
    }
  }

  /// What one class of one bag adds, and its slope by the mean prediction.
  private func compare(_ q: Double, _ share: Double) -> (value: Double, slope: Double) {
    let difference = q - share
    switch kind {
    case .l1: return (abs(difference), difference > 0 ? 1 : difference < 0 ? -1 : 0)
    case .l2: return (difference * difference, 2 * difference)
    case .ce, .kl:
      let entropy = kind == .kl && share > 0 ? share * log(share) : 0
      let value = -share * log(max(q, Self.leastShare)) + entropy
      return (value, q > Self.leastShare ? -share / q : 0)
    }
  }
}
