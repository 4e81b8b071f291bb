/// The similarity of a predicted and a true region, from sums over pixels.
enum RegionForm: String, CaseIterable {
  /// Soft Jaccard, Dice and Tversky: the overlap is the sum of p t.
  case product
  /// Metric losses of the first kind: the overlap is (sum p + sum t - sum |p - t|) / 2.
  case l1
  /// Metric losses of the second kind: the sum of p t against the sum of |p - t|.
  case l1Product = "l1_product"

  /// Which of the sums over pixels of one class a similarity is made of.
  struct Sums {
    /// Sum of p t.
    var intersection = 0.0
    /// Sum of p.
    var predicted = 0.0
    /// Sum of t.
    var target = 0.0
    /// Sum of |p - t|.
    var distance = 0.0
  }

  /// A value with its derivatives with respect to the sums that depend on p.
  struct Value {
    var value = 0.0
    var byIntersection = 0.0
    var byPredicted = 0.0
    var byDistance = 0.0

    /// The same with all derivatives multiplied by a factor.
    func chained(value: Double, slope: Double) -> Value {
      Value(
        value: value, byIntersection: slope * byIntersection, byPredicted: slope * byPredicted,
        byDistance: slope * byDistance)
    }
  }

  /// The similarity, 1 for equal regions, and its derivatives.
  ///
  /// Two empty regions (0/0 without smoothing) are equal.
  ///
  /// - Parameters:
  ///   - sums: The sums over pixels.
  ///   - alpha: The weight of false positives (of the distance in ``l1Product``).
  ///   - beta: The weight of false negatives; not used by ``l1Product``.
  ///   - smooth: What is added to numerator and denominator.
  func similarity(_ sums: Sums, alpha: Double, beta: Double, smooth: Double) -> Value {
    switch self {
    case .product:
      return tversky(
        overlap: sums.intersection, sums, alpha: alpha, beta: beta, smooth: smooth
      ) { byOverlap, byPredicted in
        Value(byIntersection: byOverlap, byPredicted: byPredicted)
      }
    case .l1:
      let overlap = (sums.predicted + sums.target - sums.distance) / 2
      return tversky(
        overlap: overlap, sums, alpha: alpha, beta: beta, smooth: smooth
      ) { byOverlap, byPredicted in
        Value(byPredicted: byPredicted + byOverlap / 2, byDistance: -byOverlap / 2)
      }
    case .l1Product:
      let numerator = sums.intersection + smooth
      let denominator = numerator + alpha * sums.distance
      guard denominator > 0 else { return Value(value: 1) }
      let square = denominator * denominator
      return Value(
        value: numerator / denominator, byIntersection: alpha * sums.distance / square,
        byDistance: -alpha * numerator / square)
    }
  }

  // (overlap + e) / (overlap + alpha false positives + beta false negatives + e)
  private func tversky(
    overlap: Double, _ sums: Sums, alpha: Double, beta: Double, smooth: Double,
    derivatives: (_ byOverlap: Double, _ byPredicted: Double) -> Value
  ) -> Value {
    let errors = alpha * (sums.predicted - overlap) + beta * (sums.target - overlap)
    let numerator = overlap + smooth
    let denominator = numerator + errors
    guard denominator > 0 else { return Value(value: 1) }
    let square = denominator * denominator
    var result = derivatives(
      (errors + (alpha + beta) * numerator) / square, -alpha * numerator / square)
    result.value = numerator / denominator
    return result
  }
}
