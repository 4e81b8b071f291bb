import Engine
import Models
import Testing
import Training

@testable import Pipelines

struct WindowSamplerTests {
  /// A batch in memory of its own.
  private final class Room {
    var batch: Batch
    private let trainer: Trainer

    init(images: Int, side: Int) throws {
      trainer = try tinyTrainer(Shape(images, side, side, 2))
      batch = trainer.makeBatch()
    }

    var pixels: [Double] { batch.input.doubles() }
  }

  private func sampler(
    _ scenes: [TrainingScene], side: Int = 8, balance: Double = 1, turns: Bool = false,
    jitter: Double = 0, seed: UInt64 = 3
  ) -> WindowSampler {
    let plain = ["red", "nir"].map { ModelCard.Channel(name: $0, mean: -1, deviation: 1) }
    return WindowSampler(
      scenes, side: side, filler: TensorFiller(channels: plain, limit: 1e6), channels: 2,
      augmentation: Augmentation(flips: turns, turns: turns),
      jitter: SpectralJitter(
        bands: ["post.red", "post.nir"], deviations: [1, 1], strength: jitter, weakening: 0,
        before: "pre", after: "post"),
      balance: balance, seed: seed)
  }

  @Test("Windows hold the pixels and labels of their place, and 255 outside training blocks")
  func content() throws {
    let sample = try SampleScene(width: 61, height: 47)
    let scene = try sample.open(buffer: 2)
    var sampler = sampler([scene])
    let room = try Room(images: 50, side: 8)
    try sampler.fill(&room.batch)
    let pixels = room.pixels
    var (training, hidden) = (0, 0)
    for image in 0..<50 {
      // the first observed pixel of the window tells where it is; the mean -1 was subtracted
      let numbers = (0..<64).map {
        (pixels[(image * 64 + $0) * 2], pixels[(image * 64 + $0) * 2 + 1])
      }
      let first = try #require(numbers.indices.first { numbers[$0] != (0, 0) })
      let (x0, y0) = (Int(numbers[first].0) - 1 - first % 8, Int(numbers[first].1) - 1 - first / 8)
      #expect(x0 >= 0 && x0 + 8 <= 61 && y0 >= 0 && y0 + 8 <= 47)
      for pixel in 0..<64 {
        let (x, y) = (x0 + pixel % 8, y0 + pixel / 8)
        let isHole = SampleScene.isHole(x, y)
        #expect(numbers[pixel] == (isHole ? (0, 0) : (Double(x + 1), Double(y + 1))))
        let isTraining = scene.split.trains(x: x, y: y)
        let expected = isTraining ? sample.label(x, y) : 255
        #expect(room.batch.labels[image * 64 + pixel] == expected)
        if isTraining { training += 1 } else { hidden += 1 }
      }
    }
    #expect(training > 0 && hidden > 0)
  }

  @Test("Every window holds a training label", arguments: [0.0, 0.5, 1])
  func labelled(_ balance: Double) throws {
    let scene = try SampleScene(width: 61, height: 47).open(buffer: 2)
    var sampler = sampler([scene], balance: balance, turns: true, jitter: 0.1)
    let room = try Room(images: 60, side: 8)
    try sampler.fill(&room.batch)
    for image in 0..<60 {
      #expect(room.batch.labels[image * 64..<(image + 1) * 64].contains { $0 != 255 })
    }
  }

  @Test("Classes are drawn alike, or as often as they are")
  func balance() throws {
    let scene = try SampleScene(width: 120, height: 60).open(validation: 0, test: 0)
    let share = Double(scene.counts[1]) / Double(scene.counts[0] + scene.counts[1])
    #expect(abs(share - 1.0 / 3) < 0.01)
    for (balance, expected) in [(1.0, 0.5), (0, share), (0.4, 0.6 * share + 0.2)] {
      // with windows of one pixel the class drawn is the label
      var sampler = sampler([scene], side: 1, balance: balance)
      let room = try Room(images: 2000, side: 1)
      try sampler.fill(&room.batch)
      let found = Double(room.batch.labels.count { $0 == 1 }) / 2000
      // four standard errors of 2000 draws
      #expect(abs(found - expected) < 0.045, "balance \(balance)")
    }
  }

  @Test("A class that no training pixel has is never drawn; a scene as often as it has the class")
  func scenes() throws {
    let small = try SampleScene(width: 24, height: 24).open(validation: 0, test: 0)
    let large = try SampleScene(width: 72, height: 24).open(validation: 0, test: 0)
    var sampler = sampler([small, large], side: 1)
    let room = try Room(images: 2000, side: 1)
    try sampler.fill(&room.batch)
    // only the large scene has columns from 24 on: of class 0 48 columns to 16, half of them ≥ 24
    let pixels = room.pixels
    let beyond = (0..<2000).count { pixels[2 * $0] > 24.5 }
    let expected = 0.5 * Double(large.counts[0]) / Double(large.counts[0] + small.counts[0])
    #expect(abs(Double(beyond) / 2000 - expected) < 0.045)
  }

  @Test("The same seed gives the same windows, another seed others")
  func seeds() throws {
    let scene = try SampleScene(width: 61, height: 47).open()
    let rooms = try ([3, 3, 4] as [UInt64]).map { seed in
      var sampler = sampler([scene], turns: true, jitter: 0.2, seed: seed)
      let room = try Room(images: 6, side: 8)
      try sampler.fill(&room.batch)
      try sampler.fill(&room.batch)
      return room
    }
    #expect(rooms[0].pixels == rooms[1].pixels && rooms[0].batch.labels == rooms[1].batch.labels)
    #expect(rooms[0].pixels != rooms[2].pixels)
  }

  @Test(
    "Windows larger than the scene hold all of it, and nothing around it",
    arguments: [(1, 40), (40, 1), (5, 9), (16, 16)])
  func larger(_ width: Int, _ height: Int) throws {
    let sample = try SampleScene(width: width, height: height)
    let scene = try sample.open(side: 64, validation: 0, test: 0)
    var sampler = sampler([scene], side: 16)
    let room = try Room(images: 20, side: 16)
    try sampler.fill(&room.batch)
    let known = (0..<width * height).count { sample.label($0 % width, $0 / width) != 255 }
    for image in 0..<20 {
      let labels = room.batch.labels[image * 256..<(image + 1) * 256]
      if width <= 16 && height <= 16 { #expect(labels.count { $0 != 255 } == known) }
      #expect(labels.contains { $0 != 255 })
      #expect(labels.count { $0 != 255 } <= min(width, 16) * min(height, 16))
    }
  }
}

/// A trainer of the smallest network, for its batches.
func tinyTrainer(_ shape: Shape) throws -> Trainer {
  let builder = GraphBuilder()
  let input = builder.input(channels: shape.channels)
  let graph = builder.graph(outputs: [builder.convolution(input, "head", outputs: 2, kernel: 1)])
  let yaml = """
    scenes: {name: a, role: [train, map], pre: /, post: /, label: /}
    classes: [{name: a}, {name: b}]
    stages: [align, train]
    """
  let folder = try TestFolder()
  try folder.write(yaml, as: "p.yaml")
  let stages = try PipelineFile(path: folder.file("p.yaml")).stages
  guard let settings = (stages.last as? TrainStage)?.settings,
    let (optimiser, own) = settings.optionalComponent("optimiser"),
    let (schedule, its) = settings.optionalComponent("schedule")
  else { preconditionFailure("train has an optimiser and a schedule") }
  return try Trainer(
    parameters: ParameterStore(graph: graph, withGradients: true), graph: graph, batchShape: shape,
    loss: WeightedSum(settings.components("loss"), classes: 2),
    optimiser: OptimiserRegistry.make(optimiser, settings: own),
    schedule: ScheduleRegistry.make(schedule, settings: its),
    options: TrainingOptions(epochs: 1, stepsPerEpoch: 1), pool: ThreadPool(threads: 1))
}
