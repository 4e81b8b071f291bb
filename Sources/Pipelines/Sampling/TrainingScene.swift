import Engine
import Rasters

/// A labelled scene that is open for training: its channels, labels and blocks.
///
/// Belongs to one thread.
final class TrainingScene {
  let name: String
  let aligned: AlignedScene
  let reader: SceneReader
  let labels: LabelReader
  let split: BlockSplit
  /// For each class, pixels of training blocks drawn evenly, as y · width + x.
  let positions: [[Int]]
  /// Labelled and observed training pixels of each class.
  let counts: [Int]

  /// How blocks are drawn.
  struct SplitOptions {
    var side: Int
    var buffer: Int
    var validation: Double
    var test: Double
    var seed: UInt64
  }

  /// The most pixels remembered of each class.
  private static let positionLimit = 20_000

  /// Opens a scene and looks at its labels once, block by block.
  ///
  /// - Parameters:
  ///   - use: nil draws blocks for training, validation and test; else all blocks are for this.
  ///   - options: How blocks are drawn.
  ///   - progress: Told how many blocks of how many are done.
  init(
    _ scene: Scene, aligned: AlignedScene, labels: LabelReader, channels: ChannelSet,
    classes: ClassList, use: BlockUse?, options: SplitOptions, progress: (Int, Int) throws -> Void
  ) throws {
    name = scene.name
    self.aligned = aligned
    reader = try SceneReader(aligned, channels: channels)
    self.labels = labels
    let grid = reader.grid
    let blocks = grid.windows(side: options.side)
    let known = try TrainingScene.knownLabels(blocks, reader, labels, progress)
    let counts = known.map { TrainingScene.count($0, classes: classes.count) }
    split =
      use.map { BlockSplit(grid: grid, side: options.side, allFor: $0) }
      ?? BlockSplit(
        grid: grid, side: options.side, buffer: options.buffer, validation: options.validation,
        test: options.test, counts: counts, seed: options.seed)
    (positions, self.counts) = TrainingScene.draw(
      blocks, known, split, classes: classes.count, width: grid.width, seed: options.seed)
  }

  /// The labels of each block, 255 where the pixel is not observed too.
  private static func knownLabels(
    _ blocks: [Window], _ reader: SceneReader, _ labels: LabelReader,
    _ progress: (Int, Int) throws -> Void
  ) throws -> [[UInt8]] {
    var planes: [Float] = []
    return try blocks.enumerated().map { index, block in
      var known = try labels.read(block)
      if known.contains(where: { $0 != ClassList.notObserved }) {
        try reader.read(block, into: &planes)
        for pixel in known.indices where planes[pixel].isNaN {
          known[pixel] = ClassList.notObserved
        }
      }
      try progress(index + 1, blocks.count)
      return known
    }
  }

  private static func count(_ labels: [UInt8], classes: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels where label != ClassList.notObserved { counts[Int(label)] += 1 }
    return counts
  }

  /// Draws training pixels of each class evenly (reservoir sampling, Vitter 1985), and counts them.
  private static func draw(
    _ blocks: [Window], _ known: [[UInt8]], _ split: BlockSplit, classes: Int, width: Int,
    seed: UInt64
  ) -> (positions: [[Int]], counts: [Int]) {
    var positions = [[Int]](repeating: [], count: classes)
    var counts = [Int](repeating: 0, count: classes)
    var generator = SeededGenerator(seed: seed &+ 1)
    for (block, labels) in zip(blocks, known) where split.use(x: block.x, y: block.y) == .train {
      for (pixel, label) in labels.enumerated() where label != ClassList.notObserved {
        let (x, y) = (block.x + pixel % block.width, block.y + pixel / block.width)
        guard split.trains(x: x, y: y) else { continue }
        let k = Int(label)
        counts[k] += 1
        if positions[k].count < positionLimit {
          positions[k].append(y * width + x)
        } else {
          let slot = generator.index(below: counts[k])
          if slot < positionLimit { positions[k][slot] = y * width + x }
        }
      }
    }
    return (positions, counts)
  }
}
