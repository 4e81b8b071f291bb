import Accuracy
import Rasters

/// Compares a map with labels, and a plain threshold on one channel with the same labels.
final class Assessment {
  private let classes: ClassList
  private let labels: LabelReader
  private let scored: [Window]
  private let what: String
  private let baseline: SceneReader?
  /// What the threshold is found on; empty: the scored pixels.
  private var training: [(reader: SceneReader, labels: LabelReader, split: BlockSplit)] = []

  /// Opens the labels, and the blocks that may be scored.
  ///
  /// - Parameters:
  ///   - channel: The one channel of the plain threshold; nil: none.
  ///   - train: The stage that trained, or nil: its blocks tell which labels were not used.
  init(
    scene: Scene, label: SceneRaster, aligned: AlignedScene, classes: ClassList,
    baseline channel: ChannelSet?, train: TrainStage?, in run: Run
  ) throws {
    self.classes = classes
    let grid = try aligned.grid()
    labels = try LabelReader(label, on: grid, classes: classes)
    baseline = try channel.map { try SceneReader(aligned, channels: $0) }
    if let train, let channel {
      for other in train.header.scenes(.train) {
        guard let label = other.label else { continue }
        let reader = try SceneReader(train.align.aligned(other, in: run), channels: channel)
        training.append(
          (
            reader, try LabelReader(label, on: reader.grid, classes: classes),
            try train.split(of: other, in: run)
          ))
      }
    }
    guard let train, scene.roles.contains(.train) else {
      (scored, what) = (grid.windows(side: 512), "all labels")
      return
    }
    let split = try train.split(of: scene, in: run)
    let tests = split.blocks(.test)
    (scored, what) =
      tests.isEmpty
      ? (split.blocks(.validate), "validation blocks") : (tests, "test blocks")
  }

  /// The agreement of a map with the labels.
  func scores(of map: String) throws -> Summary.Scores {
    let raster = try Raster(path: map)
    return try scores { window in
      try raster.readClasses(window, band: 1).map { $0.map(UInt8.init) ?? ClassList.notObserved }
    }
  }

  /// The agreement of the best threshold on the channel, found on training pixels; without
  /// training, on the scored pixels themselves, which flatters it.
  func baselineScores() throws -> Summary.Baseline? {
    guard let baseline, let channel = baseline.channels.names.first else { return nil }
    var search = ThresholdSearch()
    if training.isEmpty {
      for window in scored { try search.add(baseline, labels, window) { _, _ in true } }
    }
    for (reader, labels, split) in training {
      for block in split.blocks(.train) {
        try search.add(reader, labels, block) { split.trains(x: $0, y: $1) }
      }
    }
    guard let threshold = search.best else { return nil }
    var planes: [Float] = []
    let scores = try scores { window in
      try baseline.read(window, into: &planes)
      return planes.prefix(window.pixelCount).map {
        $0.isNaN ? ClassList.notObserved : Double($0) >= threshold ? 1 : 0
      }
    }
    return Summary.Baseline(channel: channel, threshold: threshold, scores: scores)
  }

  private func scores(_ predicted: (Window) throws -> [UInt8]) throws -> Summary.Scores {
    var matrix = ConfusionMatrix(classCount: classes.count)
    for window in scored {
      try matrix.add(reference: try labels.read(window), predicted: try predicted(window))
    }
    func named(_ metric: Metric) -> [String: Double] {
      Dictionary(
        zip(classes.items.map(\.name), matrix.classScores(metric)).compactMap { name, score in
          score.map { (name, $0) }
        }
      ) { first, _ in first }
    }
    return Summary.Scores(
      pixels: what, count: matrix.counts.reduce(0) { $0 + $1.reduce(0, +) }, iou: named(.iou),
      f1: named(.f1), precision: named(.precision), recall: named(.recall),
      overallAccuracy: matrix.score(.overallAccuracy), confusion: matrix.counts)
  }
}

/// Finds the threshold on a channel with the greatest IoU of the second class.
struct ThresholdSearch {
  /// Counts of the second class and the others by value, in 2001 steps from -1 to 1.
  private var positives = [Int](repeating: 0, count: 2001)
  private var negatives = [Int](repeating: 0, count: 2001)

  /// Adds the labelled, observed and chosen pixels of a window.
  mutating func add(
    _ reader: SceneReader, _ labels: LabelReader, _ window: Window,
    where isChosen: (Int, Int) -> Bool
  ) throws {
    var planes: [Float] = []
    try reader.read(window, into: &planes)
    for (pixel, label) in try labels.read(window).enumerated() {
      guard label != ClassList.notObserved, !planes[pixel].isNaN,
        isChosen(window.x + pixel % window.width, window.y + pixel / window.width)
      else { continue }
      let bin = Int(min(2000, max(0, ((Double(planes[pixel]) + 1) * 1000).rounded(.down))))
      if label == 1 { positives[bin] += 1 } else { negatives[bin] += 1 }
    }
  }

  /// The threshold; nil without pixels of the second class.
  var best: Double? {
    let total = positives.reduce(0, +)
    guard total > 0 else { return nil }
    var (hits, falseAlarms) = (0, 0)
    var best = (iou: -1.0, bin: 0)
    for bin in (0...2000).reversed() {
      hits += positives[bin]
      falseAlarms += negatives[bin]
      let iou = Double(hits) / Double(total + falseAlarms)
      if iou > best.iou { best = (iou, bin) }
    }
    return Double(best.bin) / 1000 - 1
  }
}
