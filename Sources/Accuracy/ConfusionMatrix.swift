/// How many pixels of each reference class were mapped as each class.
///
/// Matrices of tiles, images or threads merge to that of the whole by adding counts, so every score
/// of the whole is exact. Counts hold more pixels than any archive has (2^63).
public struct ConfusionMatrix: Sendable, Equatable {
  /// The number of classes n; classes are 0 to n - 1.
  public let classCount: Int
  /// Row-major: reference class times `classCount` plus predicted class.
  private var cells: [Int]

  /// Makes an empty matrix.
  ///
  /// - Parameter classCount: The number of classes, 1 to 256.
  public init(classCount: Int) {
    precondition((1...256).contains(classCount), "a confusion matrix of \(classCount) classes")
    self.classCount = classCount
    cells = [Int](repeating: 0, count: classCount * classCount)
  }

  /// Makes a matrix of known counts.
  ///
  /// - Parameter counts: `counts[reference][predicted]`, square, none negative.
  public init(counts: [[Int]]) {
    self.init(classCount: counts.count)
    precondition(counts.allSatisfy { $0.count == classCount }, "the counts are not square")
    cells = counts.flatMap { $0 }
    precondition(cells.allSatisfy { $0 >= 0 }, "a count is negative")
  }

  /// The counts as `counts[reference][predicted]`.
  public var counts: [[Int]] {
    (0..<classCount).map { Array(cells[$0 * classCount..<($0 + 1) * classCount]) }
  }

  /// The pixels of a reference class that were mapped as a class.
  public subscript(reference reference: Int, predicted predicted: Int) -> Int {
    precondition(
      (0..<classCount).contains(reference) && (0..<classCount).contains(predicted),
      "cell (\(reference), \(predicted)) of \(classCount) classes")
    return cells[reference * classCount + predicted]
  }

  /// Counts pixels; the matrix is unchanged if it throws.
  ///
  /// - Parameters:
  ///   - reference: The labels, one a pixel.
  ///   - predicted: The map, as many pixels.
  ///   - ignored: The value of pixels without label or prediction; a pixel that has it in either
  ///     raster is not counted. nil counts every pixel.
  /// - Returns: The number of pixels counted.
  /// - Throws: `AccuracyError.unknownClass` for a value beyond the classes.
  @discardableResult
  public mutating func add(
    reference: [UInt8], predicted: [UInt8], ignoring ignored: UInt8? = 255
  ) throws(AccuracyError) -> Int {
    precondition(
      reference.count == predicted.count,
      "\(reference.count) reference pixels and \(predicted.count) predicted ones")
    let ignored = ignored.map { Int($0) } ?? -1
    let classCount = classCount
    var added = [Int](repeating: 0, count: cells.count)
    var counted = 0
    for pixel in reference.indices {
      let row = Int(reference[pixel])
      let column = Int(predicted[pixel])
      if row == ignored || column == ignored { continue }
      guard row < classCount else { throw unknown(.reference, reference[pixel], pixel) }
      guard column < classCount else { throw unknown(.predicted, predicted[pixel], pixel) }
      added[row * classCount + column] += 1
      counted += 1
    }
    for cell in cells.indices { cells[cell] += added[cell] }
    return counted
  }

  /// Adds the counts of another matrix of as many classes.
  public mutating func merge(_ other: ConfusionMatrix) {
    precondition(
      other.classCount == classCount,
      "cannot merge \(other.classCount) classes into \(classCount)")
    for cell in cells.indices { cells[cell] += other.cells[cell] }
  }

  /// All pixels counted.
  public var total: Int { cells.reduce(0, +) }

  /// The pixels of all classes that were mapped as what they are.
  public var correctTotal: Int { (0..<classCount).reduce(0) { $0 + correctCount($1) } }

  /// The pixels of a class that were mapped as such.
  public func correctCount(_ index: Int) -> Int { self[reference: index, predicted: index] }

  /// The pixels that are of a class in the reference: a row's sum.
  public func referenceCount(_ index: Int) -> Int {
    (0..<classCount).reduce(0) { $0 + self[reference: index, predicted: $1] }
  }

  /// The pixels that were mapped as a class: a column's sum.
  public func predictedCount(_ index: Int) -> Int {
    (0..<classCount).reduce(0) { $0 + self[reference: $1, predicted: index] }
  }

  private func unknown(_ role: AccuracyError.Role, _ value: UInt8, _ pixel: Int) -> AccuracyError {
    .unknownClass(role, value: value, pixel: pixel, classCount: classCount)
  }
}
