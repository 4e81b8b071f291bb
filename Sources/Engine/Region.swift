/// A rectangle of pixels of a value: rows and columns.
public struct Region: Equatable, Hashable, Sendable {
  /// The rows.
  public var rows: Range<Int>
  /// The columns.
  public var columns: Range<Int>

  /// Makes a rectangle.
  public init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }

  /// All pixels of a shape.
  init(of shape: Shape) {
    self.init(rows: 0..<shape.height, columns: 0..<shape.width)
  }

  /// The number of pixels.
  public var count: Int { rows.count * columns.count }

  /// The smallest region around this and the other one.
  func union(_ other: Region?) -> Region {
    guard let other else { return self }
    return Region(
      rows: min(
        rows.lowerBound, other.rows.lowerBound)..<max(rows.upperBound, other.rows.upperBound),
      columns: min(
        columns.lowerBound, other.columns.lowerBound)..<max(
          columns.upperBound, other.columns.upperBound))
  }

  /// Each side's pixels mapped by `transform`, and what lies in a shape of the result.
  func mapped(in shape: Shape, _ transform: (Range<Int>) -> Range<Int>) -> Region {
    Region(
      rows: transform(rows).clamped(to: 0..<shape.height),
      columns: transform(columns).clamped(to: 0..<shape.width))
  }

  /// The smallest region around this one whose sides are multiples of `step` or edges of the shape.
  func rounded(to step: Int, in shape: Shape) -> Region {
    mapped(in: shape) {
      $0.lowerBound / step * step..<($0.upperBound + step - 1) / step * step
    }
  }

  /// Whether another region lies in this one.
  func contains(_ other: Region) -> Bool {
    rows.lowerBound <= other.rows.lowerBound && other.rows.upperBound <= rows.upperBound
      && columns.lowerBound <= other.columns.lowerBound
      && other.columns.upperBound <= columns.upperBound
  }

  /// This region, counted from the first pixel of one around it.
  func relative(to outer: Region) -> Region {
    Region(
      rows: rows.lowerBound - outer.rows.lowerBound..<rows.upperBound - outer.rows.lowerBound,
      columns: columns.lowerBound - outer.columns.lowerBound..<columns.upperBound
        - outer.columns.lowerBound)
  }
}
