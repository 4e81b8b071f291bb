import CKernels
import Engine

/// Draws the pixels that a contrastive loss compares, boundary pixels first.
///
/// Pixels on the boundary of a class are the hard ones, as the hyper-pixels of HPCL-Net (Zhou et al.
/// 2023, arXiv 2308.01251) are. Each class gives the same number, as far as it has so many pixels,
/// so that a rare class isn't lost. Ignored pixels are never drawn, nor do they make a boundary.
public struct AnchorSampler: Sendable {
  /// How many pixels of each class are drawn.
  public let anchorsPerClass: Int
  /// The share of them that is drawn from the boundary of the class.
  public let boundaryShare: Double
  /// How near, along both axes, another class must be for a pixel to count as boundary, in pixels.
  public let boundaryRadius: Int

  /// Makes the sampler.
  public init(anchorsPerClass: Int, boundaryShare: Double, boundaryRadius: Int = 1) {
    precondition(
      anchorsPerClass > 0 && (0...1).contains(boundaryShare) && boundaryRadius > 0,
      "\(anchorsPerClass) anchors, share \(boundaryShare), radius \(boundaryRadius)")
    self.anchorsPerClass = anchorsPerClass
    self.boundaryShare = boundaryShare
    self.boundaryRadius = boundaryRadius
  }

  /// Draws anchors without replacement; where boundary or inner pixels are few, the others stand in.
  ///
  /// - Parameters:
  ///   - labels: (images, height, width): the class of each pixel, 255 where it is to be ignored.
  ///   - height: The number of rows of one image.
  ///   - width: The number of columns of one image.
  ///   - generator: Where chance comes from; the anchors follow from its state.
  /// - Returns: Flat pixel indices, rising.
  public func draw(
    _ labels: [UInt8], height: Int, width: Int, using generator: inout SeededGenerator
  ) -> [Int] {
    let boundary = boundaryPixels(labels, height: height, width: width)
    var edges: [UInt8: [Int]] = [:]
    var inner: [UInt8: [Int]] = [:]
    for (pixel, label) in labels.enumerated() where label != UInt8(RS_IGNORE) {
      if boundary[pixel] {
        edges[label, default: []].append(pixel)
      } else {
        inner[label, default: []].append(pixel)
      }
    }
    var anchors: [Int] = []
    for label in Set(edges.keys).union(inner.keys).sorted() {
      var (near, far) = (edges[label] ?? [], inner[label] ?? [])
      let wanted = min(anchorsPerClass, near.count + far.count)
      let wantedNear = Int((boundaryShare * Double(wanted)).rounded())
      let nearCount = max(min(wantedNear, near.count), wanted - far.count)
      anchors += take(nearCount, of: &near, using: &generator)
      anchors += take(wanted - nearCount, of: &far, using: &generator)
    }
    return anchors.sorted()
  }

  /// Which pixels have a pixel of another class, not an ignored one, within the radius.
  ///
  /// - Parameters:
  ///   - labels: (images, height, width).
  ///   - height: The number of rows of one image.
  ///   - width: The number of columns of one image.
  /// - Returns: (images, height, width); false at ignored pixels.
  public func boundaryPixels(_ labels: [UInt8], height: Int, width: Int) -> [Bool] {
    let size = height * width
    precondition(
      size > 0 && labels.count % size == 0, "\(labels.count) labels for images of \(size) pixels")
    let ignored = UInt8(RS_IGNORE)
    return labels.indices.map { pixel in
      let label = labels[pixel]
      guard label != ignored else { return false }
      let (image, row, column) = (pixel / size, pixel % size / width, pixel % width)
      for y in max(0, row - boundaryRadius)...min(height - 1, row + boundaryRadius) {
        let start = image * size + y * width
        for x in max(0, column - boundaryRadius)...min(width - 1, column + boundaryRadius) {
          let other = labels[start + x]
          if other != label && other != ignored { return true }
        }
      }
      return false
    }
  }

  /// Takes some pixels by the first steps of a shuffle (Fisher and Yates).
  private func take(
    _ count: Int, of pixels: inout [Int], using generator: inout SeededGenerator
  ) -> ArraySlice<Int> {
    for index in 0..<count {
      pixels.swapAt(index, index + generator.index(below: pixels.count - index))
    }
    return pixels[..<count]
  }
}
