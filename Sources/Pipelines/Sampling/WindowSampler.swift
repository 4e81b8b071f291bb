import Engine
import Rasters
import Training

/// Draws training windows: a class at random, a pixel of it, a window around it.
///
/// So rare classes are seen as often as common ones, and the same seed gives the same windows.
struct WindowSampler {
  private let scenes: [TrainingScene]
  private let side: Int
  private let filler: TensorFiller
  private let augmentation: Augmentation
  private let jitter: SpectralJitter
  private let balance: Double
  private let hardShare: Double
  private let channels: Int
  /// Windows that are drawn again.
  var hard = HardWindows()
  private var drawn: [Int: [HardWindows.Draw]] = [:]
  /// Where chance comes from.
  var generator: SeededGenerator
  private var planes: [Float] = []
  /// For each class the scenes that have it.
  private let scenesByClass: [[Int]]
  private let shares: [Double]

  /// Prepares to draw.
  ///
  /// - Parameters:
  ///   - scenes: Where from.
  ///   - side: Side of a window in pixels.
  ///   - filler: How channels are normalised.
  ///   - augmentation: How windows are turned.
  ///   - jitter: How their bands are changed.
  ///   - balance: 0 draws classes as often as they are, 1 all alike.
  ///   - hardShare: Share of windows that are drawn from the hardest of the epoch before.
  ///   - seed: Decides the draw.
  init(
    _ scenes: [TrainingScene], side: Int, filler: TensorFiller, channels: Int,
    augmentation: Augmentation, jitter: SpectralJitter, balance: Double, hardShare: Double = 0,
    seed: UInt64
  ) {
    self.scenes = scenes
    self.side = side
    self.filler = filler
    self.channels = channels
    self.augmentation = augmentation
    self.jitter = jitter
    self.balance = balance
    self.hardShare = hardShare
    generator = SeededGenerator(seed: seed)
    let classes = scenes.first?.counts.count ?? 0
    scenesByClass = (0..<classes).map { k in scenes.indices.filter { scenes[$0].counts[k] > 0 } }
    let totals = (0..<classes).map { k in Double(scenes.reduce(0) { $0 + $1.counts[k] }) }
    let all = max(1, totals.reduce(0, +))
    let present = Double(max(1, totals.count { $0 > 0 }))
    shares = totals.map { $0 > 0 ? (1 - balance) * $0 / all + balance / present : 0 }
  }

  /// Fills a batch with windows; `number` counts batches over the whole training.
  mutating func fill(_ batch: inout Batch, _ number: Int = 0) throws {
    let shape = batch.input.shape
    let pixels = side * side
    var places: [HardWindows.Draw] = []
    for image in 0..<shape.images {
      let place = choose()
      places.append(place)
      var (window, labels) = try read(place)
      augmentation.apply(
        to: &window, labels: &labels, side: side, bands: channels, using: &generator)
      (batch.input.pointer + image * pixels * channels * 4).copyMemory(
        from: window, byteCount: window.count * 4)
      batch.labels.replaceSubrange(image * pixels..<(image + 1) * pixels, with: labels)
    }
    if hardShare > 0 { drawn[number] = places }
    batch.names = places.map { place in
      "\(scenes[place.scene].name) (columns \(place.x) to \(place.x + side - 1), rows "
        + "\(place.y) to \(place.y + side - 1))"
    }
  }

  /// Takes the hardest windows of an epoch, between this and the next.
  mutating func rankHardWindows(by losses: [ImageLoss]) {
    guard hardShare > 0 else { return }
    hard.note(losses)
    hard.rank(drawn)
    drawn = [:]
  }

  /// Where the next window lies.
  private mutating func choose() -> HardWindows.Draw {
    if hardShare > 0, !hard.ranked.isEmpty, generator.uniform() < hardShare {
      return hard.ranked[generator.index(below: hard.ranked.count)]
    }
    let k = drawClass()
    let index = drawScene(of: k)
    let scene = scenes[index]
    let grid = scene.reader.grid
    let position = scene.positions[k][generator.index(below: scene.positions[k].count)]
    return HardWindows.Draw(
      scene: index, x: start(around: position % grid.width, extent: grid.width),
      y: start(around: position / grid.width, extent: grid.height))
  }

  /// One window: (side, side, channels) normalised, and labels.
  private mutating func read(_ place: HardWindows.Draw) throws -> ([Float], [UInt8]) {
    let scene = scenes[place.scene]
    let window = Window(x: place.x, y: place.y, width: side, height: side)
    let changes = jitter.draw(using: &generator)
    try scene.reader.read(window, into: &planes, changing: changes)
    var pixels = [Float](repeating: 0, count: side * side * channels)
    var observed = [UInt8](repeating: 0, count: side * side)
    pixels.withUnsafeMutableBufferPointer { pixels in
      observed.withUnsafeMutableBufferPointer { observed in
        guard let pixels = pixels.baseAddress, let observed = observed.baseAddress else { return }
        filler.fill(planes, count: side * side, into: pixels, observed: observed)
      }
    }
    var labels = try scene.labels.read(window)
    for pixel in labels.indices where labels[pixel] != ClassList.notObserved {
      let (x, y) = (window.x + pixel % side, window.y + pixel / side)
      if observed[pixel] == 0 || !scene.split.trains(x: x, y: y) {
        labels[pixel] = ClassList.notObserved
      }
    }
    return (pixels, labels)
  }

  private mutating func drawClass() -> Int {
    var left = generator.uniform() * shares.reduce(0, +)
    for (k, share) in shares.enumerated() where share > 0 {
      left -= share
      if left < 0 { return k }
    }
    return shares.lastIndex { $0 > 0 } ?? 0
  }

  /// A scene that has the class, as often as it has pixels of it.
  private mutating func drawScene(of k: Int) -> Int {
    let candidates = scenesByClass[k]
    let total = candidates.reduce(0) { $0 + scenes[$1].counts[k] }
    var left = generator.index(below: total)
    for candidate in candidates {
      left -= scenes[candidate].counts[k]
      if left < 0 { return candidate }
    }
    return candidates[0]
  }

  /// A start of a window that holds the pixel, inside the grid where it is large enough.
  private mutating func start(around pixel: Int, extent: Int) -> Int {
    let lowest = pixel - side + 1
    let drawn = lowest + generator.index(below: side)
    guard extent > side else { return min(max(drawn, extent - side), 0) }
    return min(max(drawn, 0), extent - side)
  }
}
