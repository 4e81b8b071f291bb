import CKernels
import Configuration

/// Label smoothing where regions meet: labels there are the least sure.
///
/// A pixel is at a boundary if a k×k erosion of the one-hot labels changes it, that is if a pixel
/// of another class is in the k×k window around it. Ignored pixels stay ignored and make no
/// boundary, nor does the border of the image.
///
/// Source: Wang et al., Jaccard Metric Losses (arXiv 2302.05666).
public struct BoundarySmoothing: Equatable, Sendable {
  /// The share of a label at a boundary that is spread evenly over the classes.
  public let share: Double
  /// The side of the window, an odd number of pixels.
  public let side: Int

  /// Makes the smoothing.
  public init(share: Double, side: Int) {
    precondition(side > 0 && side % 2 == 1, "a window of \(side) pixels has no centre")
    self.share = share
    self.side = side
  }

  /// Reads `boundary_smoothing` and `boundary_width`, or nil where nothing is to be smoothed.
  ///
  /// - Throws: ``LossError/conflict(loss:reason:)`` for an even width.
  init?(_ settings: Settings, loss: String) throws {
    guard let share = settings.optionalNumber("boundary_smoothing"), share > 0,
      let side = settings.optionalInteger("boundary_width")
    else { return nil }
    guard side % 2 == 1 else {
      throw LossError.conflict(
        loss: loss, reason: "boundary_width is \(side): write an odd number, such as \(side + 1)")
    }
    self.init(share: share, side: side)
  }

  /// Whether each pixel of an image is at a boundary.
  ///
  /// - Parameters:
  ///   - classes: (height, width): the class of each pixel, 255 where it is ignored.
  ///   - width: The width of the image.
  public func boundary(_ classes: ArraySlice<UInt8>, width: Int) -> [Bool] {
    let ignore = UInt8(RS_IGNORE)
    // a window has one class alone if its least and its largest class are the same
    let least = spread(classes.map { $0 }, width: width) { min($0, $1) }
    let largest = spread(classes.map { $0 == ignore ? 0 : $0 + 1 }, width: width) { max($0, $1) }
    return zip(classes, zip(least, largest)).map { value, ends in
      value != ignore && ends.0 + 1 != ends.1
    }
  }

  /// A batch with soft labels, in which those at boundaries are smoothed.
  ///
  /// - Parameters:
  ///   - batch: A batch that knows the width of its images.
  ///   - loss: The name of the loss it is for.
  func callAsFunction(_ batch: LossBatch, loss: String) -> LossBatch {
    let width = batch.requiredWidth(loss: loss)
    return batch.withMemory { memory in
      let view = LossView(batch, memory)
      let classes = view.pixelClasses()
      let even = share / Double(max(view.classes, 2))
      var shares: [Float] = []
      shares.reserveCapacity(classes.count * view.classes)
      for image in 0..<view.images {
        let pixels = image * view.pixels..<(image + 1) * view.pixels
        let isBoundary = boundary(classes[pixels], width: width)
        for i in pixels {
          for k in 0..<view.classes {
            let plain = view.takesPart(i) ? view.plainShare(i, k) : 0
            shares.append(
              Float(isBoundary[i - pixels.lowerBound] ? (1 - share) * plain + even : plain))
          }
        }
      }
      let keep = classes.map { $0 == UInt8(RS_IGNORE) ? UInt8(0) : 1 }
      return batch.with(target: .probabilities(shares, keep: keep))
    }
  }

  /// Combines the values of the window around every pixel, rows first.
  private func spread(
    _ values: [UInt8], width: Int, _ combine: (UInt8, UInt8) -> UInt8
  ) -> [UInt8] {
    let (reach, height) = (side / 2, values.count / width)
    let rows = values.indices.map { i in
      let (x, start) = (i % width, i - i % width)
      return (max(x - reach, 0)...min(x + reach, width - 1)).reduce(values[i]) {
        combine($0, values[start + $1])
      }
    }
    return rows.indices.map { i in
      let (x, y) = (i % width, i / width)
      return (max(y - reach, 0)...min(y + reach, height - 1)).reduce(rows[i]) {
        combine($0, rows[$1 * width + x])
      }
    }
  }
}
