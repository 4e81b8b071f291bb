/// IoU of the pixels near the boundaries of classes, which large interiors cannot outweigh.
///
/// A pixel is near if a pixel of another class is at most `distance` rows and columns away. Counts
/// alone are kept, so images merge to the whole. After Cheng et al. 2021 (arXiv 2103.16562), whose
/// code erodes each mask by a square of three pixels `distance` times.
public struct BoundaryIoU: Sendable, Equatable {
  /// The number of classes n; classes are 0 to n - 1.
  public let classCount: Int
  /// How many pixels wide the band along the inside of a boundary is.
  public let distance: Int
  /// Whether the edge of an image is a boundary of what it cuts, as in the published code; windows
  /// of a scene are better without.
  public let edgeIsBoundary: Bool
  private var intersections: [Int]
  private var unions: [Int]

  /// Makes empty counts.
  ///
  /// - Parameters:
  ///   - classCount: The number of classes, 1 to 256.
  ///   - distance: The width of the band in pixels, at least 1.
  ///   - edgeIsBoundary: Whether the edge of an image counts as a boundary.
  public init(classCount: Int, distance: Int, edgeIsBoundary: Bool = true) {
    precondition((1...256).contains(classCount), "boundaries of \(classCount) classes")
    precondition(distance >= 1, "a band of \(distance) pixels")
    self.classCount = classCount
    self.distance = distance
    self.edgeIsBoundary = edgeIsBoundary
    intersections = [Int](repeating: 0, count: classCount)
    unions = intersections
  }

  /// The published width: 2 % of an image's diagonal, at least 1 pixel.
  public static func distance(width: Int, height: Int, share: Double = 0.02) -> Int {
    let diagonal = Double(width * width + height * height).squareRoot()
    return max(1, Int((share * diagonal).rounded(.toNearestOrEven)))
  }

  /// Counts an image; nothing is counted if it throws.
  ///
  /// - Parameters:
  ///   - reference: The labels, (height, width).
  ///   - predicted: The map, of the same size.
  ///   - width: Pixels of a row.
  ///   - ignored: The value of pixels without label or prediction. A pixel that has it in either
  ///     raster is not counted and makes no boundary.
  /// - Throws: `AccuracyError.unknownClass` for a value beyond the classes.
  public mutating func add(
    reference: [UInt8], predicted: [UInt8], width: Int, ignoring ignored: UInt8? = 255
  ) throws(AccuracyError) {
    precondition(
      reference.count == predicted.count && width > 0 && reference.count % width == 0,
      "\(reference.count) and \(predicted.count) pixels in rows of \(width)")
    var (labels, map) = ([Int](), [Int]())
    for pixel in reference.indices {
      let isIgnored = reference[pixel] == ignored || predicted[pixel] == ignored
      if !isIgnored {
        for (role, value) in [
          (AccuracyError.Role.reference, reference[pixel]), (.predicted, predicted[pixel]),
        ] where value >= classCount {
          throw .unknownClass(role, value: value, pixel: pixel, classCount: classCount)
        }
      }
      labels.append(isIgnored ? Self.none : Int(reference[pixel]))
      map.append(isIgnored ? Self.none : Int(predicted[pixel]))
    }
    let labelBand = band(labels, width)
    let mapBand = band(map, width)
    for pixel in labels.indices where labels[pixel] != Self.none {
      let isBoth = labelBand[pixel] && mapBand[pixel] && labels[pixel] == map[pixel]
      if isBoth { intersections[labels[pixel]] += 1 }
      if labelBand[pixel] { unions[labels[pixel]] += 1 }
      if mapBand[pixel] && !isBoth { unions[map[pixel]] += 1 }
    }
  }

  /// Adds the counts of the same classes and distance.
  public mutating func merge(_ other: BoundaryIoU) {
    precondition(
      other.classCount == classCount && other.distance == distance
        && other.edgeIsBoundary == edgeIsBoundary,
      "cannot merge boundaries of \(other.classCount) classes within \(other.distance) pixels "
        + "into those of \(classCount) within \(distance)")
    for index in 0..<classCount {
      intersections[index] += other.intersections[index]
      unions[index] += other.unions[index]
    }
  }

  /// The IoU of each class's band; nil where neither raster has one.
  public var classScores: [Double?] { zip(intersections, unions).map { ratio($0, $1) } }

  /// A metric's score; nil where it is 0/0.
  ///
  /// - Parameter metric: A metric whose rule needs boundaries.
  public func score(_ metric: Metric) -> Double? {
    guard case .boundary(let rule) = metric.rule else {
      preconditionFailure("metric '\(metric.name)' is not computed from boundaries")
    }
    return rule(self)
  }

  // What a neighbourhood holds, beside a class: nothing that counts, or several classes.
  private static let none = -1
  private static let several = -2

  private static func join(_ a: Int, _ b: Int) -> Int {
    if a == b || b == none { return a }
    return a == none ? b : several
  }

  /// Whether each pixel has another class near it: along rows first, then along columns.
  private func band(_ classes: [Int], _ width: Int) -> [Bool] {
    let height = classes.count / width
    let rows = joined(classes, lines: height, lineStep: width, length: width, step: 1)
    let near = joined(rows, lines: width, lineStep: 1, length: height, step: width)
    return zip(classes, near).map { own, near in own != Self.none && near != own }
  }

  private func joined(
    _ values: [Int], lines: Int, lineStep: Int, length: Int, step: Int
  ) -> [Int] {
    var result = values
    for line in 0..<lines {
      let start = line * lineStep
      for position in 0..<length {
        let (first, last) = (position - distance, position + distance)
        var state = edgeIsBoundary && (first < 0 || last >= length) ? Self.several : Self.none
        for near in max(first, 0)...min(last, length - 1) where state != Self.several {
          state = Self.join(state, values[start + near * step])
        }
        result[start + position * step] = state
      }
    }
    return result
  }
}

extension Metric {
  /// Mean IoU of the bands along boundaries.
  public static let boundaryIoU = Metric(
    "boundary_iou", "Mean over classes of the IoU of the pixels within d pixels of a boundary.",
    formula: "mean over k of |G_k P_k| / |G_k or P_k|, the bands of reference and map inside of k",
    .boundary { mean($0.classScores) })
}
