import Glibc

/// What a network says of each pixel, as logarithms of probabilities.
///
/// One sigmoid channel has two columns, background and foreground.
struct PixelDistributions {
  private let classes: Int
  private let columns: Int
  private let pixels: [Int]  // those that count
  private var logarithms: [Double]  // (all pixels, columns)

  /// Takes logits, (pixels, classes).
  ///
  /// - Parameters:
  ///   - logits: As the network gives them.
  ///   - classes: Their channels.
  ///   - keep: (pixels), 0 where a pixel does not count; nil: all count.
  init(_ logits: [Double], classes: Int, keep: [UInt8]?) {
    let count = logits.count / classes
    precondition(
      logits.count == count * classes && keep?.count ?? count == count,
      "\(logits.count) logits of \(classes) classes, \(keep?.count ?? count) pixels kept")
    self.classes = classes
    columns = max(classes, 2)
    pixels = (0..<count).filter { pixel in keep.map { $0[pixel] != 0 } ?? true }
    logarithms = Array(repeating: 0, count: count * columns)
    for pixel in pixels {
      if classes == 1 {
        let z = logits[pixel]
        let rest = log1p(exp(-abs(z)))
        logarithms[2 * pixel] = -max(z, 0) - rest
        logarithms[2 * pixel + 1] = min(z, 0) - rest
      } else {
        let row = logits[pixel * classes..<(pixel + 1) * classes]
        let largest = row.reduce(-Double.infinity, max)
        let all = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
        for (k, z) in row.enumerated() { logarithms[pixel * classes + k] = z - all }
      }
    }
  }

  /// The mean over pixels of KL(self || other); 0 without pixels.
  func divergence(to other: PixelDistributions) -> Double {
    mean { index in
      exp(logarithms[index]) * (logarithms[index] - other.logarithms[index])
    }
  }

  /// The derivative of ``divergence(to:)`` by the logits of the other, (pixels, classes).
  func divergenceGradient(by other: PixelDistributions) -> [Double] {
    gradient { pixel, column in
      let index = pixel * columns + column
      return exp(other.logarithms[index]) - exp(logarithms[index])
    }
  }

  /// The mean over pixels of -sum p log p; 0 without pixels.
  var entropy: Double {
    mean { index in -Self.plogp(logarithms[index]) }
  }

  /// The derivative of ``entropy`` by the logits, (pixels, classes).
  var entropyGradient: [Double] {
    gradient { pixel, column in
      let row = pixel * columns..<(pixel + 1) * columns
      let entropy = -row.reduce(0) { $0 + Self.plogp(logarithms[$1]) }
      let index = pixel * columns + column
      return -Self.plogp(logarithms[index]) - exp(logarithms[index]) * entropy
    }
  }

  /// p log p from log p.
  private static func plogp(_ logarithm: Double) -> Double {
    let p = exp(logarithm)
    return p > 0 ? p * logarithm : 0
  }

  private func mean(_ term: (_ index: Int) -> Double) -> Double {
    guard !pixels.isEmpty else { return 0 }
    var total = 0.0
    for pixel in pixels {
      for index in pixel * columns..<(pixel + 1) * columns { total += term(index) }
    }
    return total / Double(pixels.count)
  }

  /// Slopes of a mean; the logit of a sigmoid channel is that of the second column.
  private func gradient(_ slope: (_ pixel: Int, _ column: Int) -> Double) -> [Double] {
    var result = [Double](repeating: 0, count: logarithms.count / columns * classes)
    let share = 1 / Double(max(pixels.count, 1))
    for pixel in pixels {
      for k in 0..<classes {
        result[pixel * classes + k] = share * slope(pixel, classes == 1 ? 1 : k)
      }
    }
    return result
  }
}
