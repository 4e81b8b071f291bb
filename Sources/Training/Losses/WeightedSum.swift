import Configuration

/// A weighted sum of losses on the same logits, such as 0.25 cross-entropy + 0.75 Jaccard metric.
public struct WeightedSum: Sendable {
  /// The losses with their factors and names, in the order written.
  public let terms: [(weight: Double, name: String, loss: any Loss)]
  private let smoothings: [BoundarySmoothing?]

  /// Makes the losses listed; the factor of each is its own setting `weight`, 1 unless written.
  ///
  /// - Parameters:
  ///   - components: Names and settings of the losses.
  ///   - classes: The number of channels of the logits.
  /// - Throws: ``LossError`` of the first loss that cannot be made.
  public init(_ components: [(name: String, settings: Settings)], classes: Int) throws {
    smoothings = try components.map { try BoundarySmoothing($1, loss: $0) }
    terms = try components.map { name, settings in
      let loss = try LossRegistry.make(name, settings: settings, classes: classes)
      return (settings.number(LossSettings.weight.key), name, loss)
    }
  }

  /// Computes the sum and, where a gradient is given, adds `weight` × its derivative.
  ///
  /// - Parameters:
  ///   - batch: The logits and their target.
  ///   - weight: The factor of the gradient.
  ///   - gradient: (images, pixels, classes) of the batch's element type, or nil for the value alone.
  /// - Returns: The weighted sum, and the value of each loss without its factor.
  public func evaluate(
    _ batch: LossBatch, weight: Double = 1, addingTo gradient: UnsafeMutableRawPointer?
  ) -> (total: Double, values: [Double]) {
    let values = zip(terms, smoothings).map { term, smoothing in
      term.loss.evaluate(
        smoothing?(batch, loss: term.name) ?? batch, weight: weight * term.weight,
        addingTo: gradient)
    }
    let total = zip(terms, values).reduce(0) { $0 + $1.0.weight * $1.1 }
    return (total, values)
  }
}
