/// The Lovász extension of the Jaccard index over errors in falling order.
enum LovaszOrder {
  /// The slope of the extension by each error: how much the Jaccard loss grows when this pixel, too,
  /// is wrong beside those with larger errors.
  ///
  /// - Parameters:
  ///   - errors: One for each pixel.
  ///   - truth: Whether, or how much, each pixel belongs to the class.
  static func slopes(_ errors: [Double], truth: [Double]) -> [Double] {
    // equal errors stay in order
    let order = errors.indices.sorted { (errors[$1], $0) < (errors[$0], $1) }
    let all = truth.reduce(0, +)
    var (hits, misses, before) = (0.0, 0.0, 0.0)
    var slopes = [Double](repeating: 0, count: errors.count)
    for index in order {
      hits += truth[index]
      misses += 1 - truth[index]
      let union = all + misses
      let jaccard = union > 0 ? 1 - (all - hits) / union : 0
      slopes[index] = jaccard - before
      before = jaccard
    }
    return slopes
  }
}
