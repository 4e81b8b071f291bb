import CKernels
import Configuration

/// The Wasserstein distance of distributions over ordered classes, such as degrees of severity.
///
/// A class far from the true one costs more than its neighbour, which cross-entropy does not see.
public struct WassersteinLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "w1",
    summary: "The Wasserstein distance over classes that have an order: a class further from the "
      + "true one costs more.",
    formula: """
      mean over the pixels that are not ignored of sum_{k < K-1} gap_k |F_p(k) - F_t(k)|^power,
      F the cumulative sums over the classes in their order
      power 1: Wasserstein-1, neighbouring classes gap_k apart; 2: squared earth mover's distance
      """,
    source: "Vallender 1974 (the closed form in one dimension); Hou, Yu and Samaras 2016, Squared "
      + "Earth Mover's Distance-based Loss (arXiv 1611.05916)",
    settings: [
      LossSettings.weight,
      Setting(
        "gaps", .list(.number(0...1e6), count: 1...253),
        "How far each class is from the next, in class order, one fewer than classes; left out, "
          + "every gap is 1."),
      Setting(
        "power", .number(1...10), default: "1", "The power of the difference of cumulative sums."),
    ] + LossSettings.boundarySmoothing)

  private let gaps: [Double]
  private let power: Double

  /// Makes the loss; one output channel is refused, because it has no order.
  public init(_ settings: Settings, classes: Int) throws {
    let name = Self.component.name
    guard classes > 1 else {
      throw LossError.unsuitedOutput(
        loss: name, classes: classes, mend: "use 'bce', or a model with a channel for each class")
    }
    gaps = settings.optionalNumbers("gaps") ?? Array(repeating: 1, count: classes - 1)
    guard gaps.count == classes - 1 else {
      throw LossError.conflict(
        loss: name,
        reason: "gaps has \(gaps.count) \(gaps.count == 1 ? "number" : "numbers"), but \(classes) "
          + "classes have \(classes - 1) \(classes == 2 ? "gap" : "gaps") between them: give one "
          + "number for each")
    }
    power = settings.number("power")
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      var sums = [Double](repeating: 0, count: 2 * batch.images)
      rs_loss_ordered_sums(
        batch.type, batch.images, batch.pixels, batch.classes, memory.probabilities,
        memory.target, gaps, power, &sums)
      let (total, count) = addPairs(sums)
      guard count > 0 else { return 0 }
      if let gradient {
        rs_loss_ordered_gradient(
          batch.type, batch.images, batch.pixels, batch.classes, memory.probabilities,
          memory.target, gaps, power, weight / count, gradient)
      }
      return total / count
    }
  }
}
