import CKernels
import Glibc

/// Value and slopes of a contrastive loss of some anchors against some references.
struct Contrast {
  /// The mean over the anchors that have a positive; 0 without one.
  private(set) var value = 0.0
  private let anchors: UnitVectors
  private let references: ContrastReferences
  private let temperature: Double
  private var slopes: [Double]  // (anchors, references), by the similarities

  /// Compares every anchor with every reference.
  init(
    _ anchors: UnitVectors, _ references: ContrastReferences, kind: ContrastiveLoss.Kind,
    temperature: Double
  ) {
    self.anchors = anchors
    self.references = references
    self.temperature = temperature
    let count = references.count
    slopes = Array(repeating: 0, count: anchors.count * count)
    guard count > 0 else { return }
    rs_contrast_similarities(
      anchors.count, count, anchors.channels, 1 / temperature, anchors.values, references.vectors,
      &slopes)
    var taken = 0
    for anchor in 0..<anchors.count {
      let own = references.holdsAnchors ? anchor : -1
      let positives = (0..<count).count {
        references.labels[$0] == references.anchorLabels[anchor] && $0 != own
      }
      let row = anchor * count..<(anchor + 1) * count
      if positives == 0 {
        for index in row { slopes[index] = 0 }
        continue
      }
      taken += 1
      value += slopes.withUnsafeMutableBufferPointer {
        let row = UnsafeMutableBufferPointer(rebasing: $0[row])
        return kind == .pixelInfoNCE
          ? Contrast.againstNegatives(row, references, anchor, own, positives)
          : Contrast.againstAll(row, references, anchor, own, positives)
      }
    }
    guard taken > 0 else { return }
    value /= Double(taken)
    for index in slopes.indices { slopes[index] /= Double(taken) }
  }

  /// `factor` times the derivative by the unit vectors of the anchors, (anchors, channels).
  func gradient(factor: Double) -> [Double] {
    var gradient = [Double](repeating: 0, count: anchors.values.count)
    let scale = factor / temperature
    rs_contrast_add_rows(
      anchors.count, references.count, anchors.channels, scale, slopes, references.vectors,
      &gradient)
    if references.holdsAnchors {
      rs_contrast_add_columns(
        anchors.count, anchors.count, anchors.channels, references.count, scale, slopes,
        anchors.values, &gradient)
    }
    return gradient
  }

  /// Mean over positives of -log(e^s(p) / (e^s(p) + sum of e^s(n))); a row of similarities becomes
  /// one of slopes.
  private static func againstNegatives(
    _ row: UnsafeMutableBufferPointer<Double>, _ references: ContrastReferences, _ anchor: Int,
    _ own: Int, _ positives: Int
  ) -> Double {
    let label = references.anchorLabels[anchor]
    let negatives = logSumExp(row) { references.labels[$0] != label }
    let share = 1 / Double(positives)
    var value = 0.0
    var pushed = 0.0  // the sum over positives of what the negatives have of the denominator
    for index in row.indices where references.labels[index] == label {
      guard index != own else {
        row[index] = 0
        continue
      }
      // log(1 + e^(L - s)), with neither exponential too large
      let gap = negatives - row[index]
      let small = exp(-abs(gap))
      value += share * (max(gap, 0) + log1p(small))
      let negative = gap > 0 ? 1 / (1 + small) : small / (1 + small)
      pushed += negative
      row[index] = -share * negative
    }
    for index in row.indices where references.labels[index] != label {
      row[index] = share * pushed * exp(row[index] - negatives)
    }
    return value
  }

  /// Mean over positives of -log(e^s(p) / sum over all but the anchor of e^s(r)).
  private static func againstAll(
    _ row: UnsafeMutableBufferPointer<Double>, _ references: ContrastReferences, _ anchor: Int,
    _ own: Int, _ positives: Int
  ) -> Double {
    let label = references.anchorLabels[anchor]
    let all = logSumExp(row) { $0 != own }
    let share = 1 / Double(positives)
    var value = 0.0
    for index in row.indices {
      guard index != own else {
        row[index] = 0
        continue
      }
      let similarity = row[index]
      row[index] = exp(similarity - all)
      if references.labels[index] == label {
        value += share * (all - similarity)
        row[index] -= share
      }
    }
    return value
  }

  /// log of the sum of e^s over some of a row; -infinity for none.
  private static func logSumExp(
    _ row: UnsafeMutableBufferPointer<Double>, where isTaken: (Int) -> Bool
  ) -> Double {
    var largest = -Double.infinity
    for index in row.indices where isTaken(index) { largest = max(largest, row[index]) }
    guard largest > -.infinity else { return largest }
    var sum = 0.0
    for index in row.indices where isTaken(index) { sum += exp(row[index] - largest) }
    return largest + log(sum)
  }
}
