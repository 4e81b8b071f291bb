import CKernels

/// Labels made soft where classes meet, since labels are least sure there.
public struct BoundarySmoothing: Sendable, Equatable {
  /// The share of a label that is spread evenly over the classes.
  public var share: Double
  /// Side of the square in which another class makes a pixel one of the boundary; odd.
  public var width: Int

  /// Describes the smoothing.
  public init(share: Double, width: Int) {
    precondition(width % 2 == 1, "a square of \(width) pixels has no middle")
    self.share = share
    self.width = width
  }

  /// The soft target of hard labels (Wang et al., Jaccard Metric Losses, arXiv 2302.05666).
  ///
  /// Pixels that are ignored stay so, and are no other class to their neighbours.
  ///
  /// - Parameters:
  ///   - labels: (images, height, width); 255 is ignored.
  ///   - rowWidth: Pixels of a row.
  ///   - pixels: Pixels of an image.
  ///   - classes: Channels of the logits; with one the label 1 is the foreground.
  public func soften(
    _ labels: [UInt8], rowWidth: Int, pixels: Int, classes: Int
  ) -> LossTarget {
    let ignored = UInt8(RS_IGNORE)
    let (height, reach) = (pixels / rowWidth, width / 2)
    var shares = [Float](repeating: 0, count: labels.count * classes)
    for index in labels.indices where labels[index] != ignored {
      let (image, place) = index.quotientAndRemainder(dividingBy: pixels)
      let (y, x) = place.quotientAndRemainder(dividingBy: rowWidth)
      var isBoundary = false
      for v in max(0, y - reach)...min(height - 1, y + reach) where !isBoundary {
        for u in max(0, x - reach)...min(rowWidth - 1, x + reach) {
          let other = labels[image * pixels + v * rowWidth + u]
          if other != labels[index] && other != ignored { isBoundary = true }
        }
      }
      let soft = isBoundary ? Float(share) : 0
      if classes == 1 {
        shares[index] = (1 - soft) * (labels[index] == 1 ? 1 : 0) + soft / 2
      } else {
        for k in 0..<classes { shares[index * classes + k] = soft / Float(classes) }
        shares[index * classes + Int(labels[index])] += 1 - soft
      }
    }
    return .probabilities(shares, keep: labels.map { $0 == ignored ? 0 : 1 })
  }
}
