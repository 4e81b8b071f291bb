import Engine
import Rasters

/// What the labels of a block are for.
public enum BlockUse: UInt8, Sendable, Codable {
  /// They train.
  case train
  /// They choose the best weights.
  case validate
  /// They are scored in the end and used for nothing else.
  case test
}

/// A grid cut into square blocks, each for one use: pixels that are near each other are alike, so
/// only whole blocks apart from each other tell how good a map is elsewhere.
public struct BlockSplit: Codable, Sendable, Equatable {
  /// Side of a block in pixels.
  public let side: Int
  /// Blocks in a row.
  public let columns: Int
  /// The use of each block, row after row.
  public let uses: [BlockUse]
  /// Training labels nearer than this to a block of another use are left out.
  public let buffer: Int
  private let width: Int
  private let height: Int

  /// All blocks for one use.
  public init(grid: Grid, side: Int, allFor use: BlockUse) {
    (width, height) = (grid.width, grid.height)
    self.side = side
    buffer = 0
    columns = (grid.width + side - 1) / side
    uses = Array(repeating: use, count: columns * ((grid.height + side - 1) / side))
  }

  /// Draws blocks for validation and test, the same shares of those with and without the rarest
  /// class.
  ///
  /// - Parameters:
  ///   - grid: What is cut.
  ///   - side: Side of a block in pixels.
  ///   - buffer: Pixels between training labels and blocks of another use.
  ///   - validation: Share of blocks that validate.
  ///   - test: Share of blocks that test.
  ///   - counts: Labelled pixels of each class in each block, row after row.
  ///   - seed: Decides the draw.
  public init(
    grid: Grid, side: Int, buffer: Int, validation: Double, test: Double, counts: [[Int]],
    seed: UInt64
  ) {
    (width, height) = (grid.width, grid.height)
    self.side = side
    self.buffer = buffer
    columns = (grid.width + side - 1) / side
    var uses = [BlockUse](repeating: .train, count: counts.count)
    var generator = SeededGenerator(seed: seed)
    for group in BlockSplit.groups(counts) {
      let order = group.shuffled(using: &generator)
      let validating = Int((validation * Double(order.count)).rounded())
      let testing = Int((test * Double(order.count)).rounded())
      for (position, block) in order.enumerated() {
        uses[block] =
          position < validating ? .validate : position < validating + testing ? .test : .train
      }
    }
    self.uses = uses
  }

  /// Labelled blocks with the rarest class, and those without.
  private static func groups(_ counts: [[Int]]) -> [[Int]] {
    let classes = counts.first?.count ?? 0
    let totals = (0..<classes).map { k in counts.reduce(0) { $0 + $1[k] } }
    let rarest = totals.indices.filter { totals[$0] > 0 }.min { totals[$0] < totals[$1] }
    let labelled = counts.indices.filter { counts[$0].contains { $0 > 0 } }
    guard let rarest else { return [] }
    return [
      labelled.filter { counts[$0][rarest] > 0 }, labelled.filter { counts[$0][rarest] == 0 },
    ]
  }

  private var bounds: Window { Window(x: 0, y: 0, width: width, height: height) }

  /// The use of the block of a pixel of the grid.
  public func use(x: Int, y: Int) -> BlockUse { uses[y / side * columns + x / side] }

  /// Whether a pixel's label trains: in a block for training and not within the buffer of another.
  public func trains(x: Int, y: Int) -> Bool {
    guard use(x: x, y: y) == .train else { return false }
    guard buffer > 0 else { return true }
    // less than a block away lie no more than the blocks at the corners of the square around it
    for nearY in [max(0, y - buffer), y, min(height - 1, y + buffer)] {
      for nearX in [max(0, x - buffer), x, min(width - 1, x + buffer)]
      where use(x: nearX, y: nearY) != .train {
        return false
      }
    }
    return true
  }

  /// The blocks of a use.
  public func blocks(_ use: BlockUse) -> [Window] {
    uses.indices.filter { uses[$0] == use }.compactMap { index in
      Window(x: index % columns * side, y: index / columns * side, width: side, height: side)
        .intersection(bounds)
    }
  }
}
