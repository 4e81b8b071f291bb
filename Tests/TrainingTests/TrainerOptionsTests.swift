import Configuration
import Engine
import Models
import TestSupport
import Testing

@testable import Training

/// What `TrainingOptions` and optimisers of two gradients change in a training.
struct TrainerOptionsTests {
  private let graph = UNet(base: 3, depth: 1).graph(bands: 2, outputs: 2)

  private let threeSteps = TrainingOptions(epochs: 1, stepsPerEpoch: 3)

  private func fill(_ batch: inout Batch, _ number: Int) {
    var generator = SeededGenerator(seed: UInt64(number) + 1)
    var pixels: [Double] = []
    for pixel in 0..<batch.input.shape.pixels {
      let isFirst = generator.uniform() < 0.4
      pixels += [(isFirst ? 1 : -1) + 0.3 * generator.normal(), generator.normal()]
      batch.labels[pixel] = isFirst ? 1 : 0
    }
    batch.input.write(pixels)
    batch.names = (0..<batch.input.shape.images).map { "scene \(number), window \($0)" }
  }

  private func trainer(
    _ options: TrainingOptions, _ optimiser: any Optimiser, schedule: (any Schedule)? = nil,
    images: Int = 2, threads: Int = 1,
    type: ElementType = .float32, kernels: KernelChoice = .fast
  ) throws -> Trainer {
    let parameters = ParameterStore(graph: graph, type: type, withGradients: true)
    parameters.initialise(seed: 9)
    return try Trainer(
      parameters: parameters, graph: graph, batchShape: Shape(images, 8, 8, 2),
      loss: WeightedSum([("ce", try settings(CrossEntropy.component))], classes: 2),
      optimiser: optimiser,
      schedule: schedule ?? ConstantSchedule(try settings(ConstantSchedule.component)),
      options: options, pool: ThreadPool(threads: threads), kernels: kernels)
  }

  @discardableResult
  private func run(_ trainer: Trainer) throws -> [EpochRecord] {
    try trainer.run(
      fill: { fill(&$0, $1) }, validate: { _ in nil }, onStep: { _, _ in }, onEpoch: { _ in })
  }

  private func values(_ store: ParameterStore) -> [String: [Double]] {
    Dictionary(
      uniqueKeysWithValues: store.declarations.enumerated().map {
        ($1.name, store.doubles($0))
      })
  }

  private func sam(_ rho: Double, name: String = "sam", base: String = "adamw") throws
    -> any Optimiser
  {
    try optimiser(.object([(name, .object([("rho", .number(rho)), ("base", .text(base))]))]))
  }

  @Test(
    "A radius of 0 gives the bits of the base", arguments: ["sgd", "adam", "adamw", "ademamix"])
  func radiusOfZero(_ base: String) throws {
    let plain = try trainer(threeSteps, optimiser(.text(base)))
    let expected = try run(plain)
    for name in ["sam", "asam"] {
      let found = try trainer(threeSteps, sam(0, name: name, base: base))
      #expect(try run(found) == expected)
      #expect(values(found.parameters) == values(plain.parameters))
    }
  }

  /// The gradient by hand at w + 0.1 g / |g|, in double: its step is plain descent's.
  @Test("A sharpness-aware step goes by the gradient of the weights uphill", arguments: [1, 2])
  func uphill(_ batches: Int) throws {
    let rate = 0.5
    func descent() throws -> any Optimiser {
      try optimiser(.object([("sgd", .object([("learning_rate", .number(rate))]))]))
    }
    let options = TrainingOptions(epochs: 1, stepsPerEpoch: 1, accumulate: batches)
    let base = JSONValue.object([("learning_rate", .number(rate))])
    let sharp = try trainer(
      options,
      optimiser(
        .object([("sam", .object([("rho", .number(0.1)), ("base", .object([("sgd", base)]))]))])),
      type: .float64)
    try run(sharp)

    // a descent of rate r shows the gradient: (w - w') / r
    let first = try trainer(options, descent(), type: .float64)
    let names = first.slots.map(\.name)
    let start = values(first.parameters)
    try run(first)
    func gradient(_ trainer: Trainer, from start: [String: [Double]]) -> [String: [Double]] {
      let end = values(trainer.parameters)
      return start.merging(end) { from, to in zip(from, to).map { ($0 - $1) / rate } }
    }
    let g = gradient(first, from: start)
    let norm = names.flatMap { g[$0] ?? [] }.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let second = try trainer(options, descent(), type: .float64)
    for (index, declaration) in second.parameters.declarations.enumerated()
    where declaration.role.isTrained {
      let (w, d) = try (#require(start[declaration.name]), #require(g[declaration.name]))
      second.parameters.set(index, to: zip(w, d).map { $0 + 0.1 * $1 / norm })
    }
    let uphill = values(second.parameters)
    try run(second)
    let h = gradient(second, from: uphill)
    for name in names {
      let (w, d) = try (#require(start[name]), #require(h[name]))
      let expected = zip(w, d).map { $0 - rate * $1 }
      // double throughout; the gradient is a difference of weights near 1: 1e-12
      #expect(
        maxAbsDifference(try #require(values(sharp.parameters)[name]), expected) < 1e-12, "\(name)")
    }
    // statistics have seen each batch once, at the weights themselves
    for name in start.keys where !names.contains(name) {
      #expect(values(sharp.parameters)[name] == values(first.parameters)[name], "\(name)")
    }
  }

  /// The U-Net has batch norm, whose statistics are those of a batch: two equal halves have the same.
  @Test("The mean gradient of two batches is that of both in one")
  func accumulates() throws {
    let small = try trainer(
      TrainingOptions(epochs: 1, stepsPerEpoch: 1, clipNorm: 0.1, accumulate: 2),
      optimiser(.text("sgd")), images: 1, type: .float64)
    let large = try trainer(
      TrainingOptions(epochs: 1, stepsPerEpoch: 1, clipNorm: 0.1), optimiser(.text("sgd")),
      images: 2, type: .float64)
    var numbers: [Int] = []
    let records = try small.run(
      fill: { batch, number in
        numbers.append(number)
        fill(&batch, 0)
      }, validate: { _ in nil }, onStep: { _, _ in }, onEpoch: { _ in })
    let whole = try large.run(
      fill: { batch, _ in
        var half = Batch(
          input: TensorView(
            pointer: batch.input.pointer, type: .float64, shape: Shape(1, 8, 8, 2)),
          labels: Array(batch.labels[..<64]))
        fill(&half, 0)
        batch.input.write(half.input.doubles() + half.input.doubles())
        batch.labels = half.labels + half.labels
      }, validate: { _ in nil }, onStep: { _, _ in }, onEpoch: { _ in })
    #expect(numbers == [0, 1])
    #expect(abs(records[0].loss - whole[0].loss) < 1e-12)
    #expect(abs(records[0].gradientNorm - whole[0].gradientNorm) < 1e-12)
    for slot in small.slots {
      let found = try #require(values(small.parameters)[slot.name])
      let expected = try #require(values(large.parameters)[slot.name])
      #expect(maxAbsDifference(found, expected) < 1e-12, "\(slot.name)")
    }
  }

  @Test(
    "Frozen parameters keep every bit, and their statistics if asked", arguments: [false, true])
  func freezes(_ statistics: Bool) throws {
    let trainer = try trainer(
      TrainingOptions(
        epochs: 1, stepsPerEpoch: 3, frozen: ["enc.*", "mid.*"], freezesStatistics: statistics),
      optimiser(.text("adamw")))
    let before = values(trainer.parameters)
    try run(trainer)
    let after = values(trainer.parameters)
    for declaration in trainer.parameters.declarations {
      let name = declaration.name
      let isFrozen = name.hasPrefix("enc.") || name.hasPrefix("mid.")
      let stays = isFrozen && (statistics || declaration.role.isTrained)
      #expect((after[name] == before[name]) == stays, "\(name)")
    }
  }

  @Test("A layer moves at its own rate, by the first rule that it has")
  func rates() throws {
    let trainer = try trainer(
      TrainingOptions(
        epochs: 1, stepsPerEpoch: 1,
        rates: [
          .init(parameters: "enc.*", factor: 0), .init(parameters: "*.bias", factor: 2),
          .init(parameters: "*", factor: 1),
        ]), optimiser(.text("sgd")))
    let factors = Dictionary(uniqueKeysWithValues: trainer.slots.map { ($0.name, $0.rateFactor) })
    #expect(factors["enc.0.bn1.bias"] == 0)
    #expect(factors["up.0.bias"] == 2)
    #expect(factors["head.weight"] == 1)
    let before = values(trainer.parameters)
    try run(trainer)
    #expect(values(trainer.parameters)["enc.0.conv1.weight"] == before["enc.0.conv1.weight"])
    #expect(values(trainer.parameters)["head.weight"] != before["head.weight"])
  }

  @Test("A pattern that no parameter has is refused, as is one that leaves none to train")
  func patterns() throws {
    let sgd = try optimiser(.text("sgd"))
    let known = "Names of this network begin with: enc, mid, up, dec, head"
    #expect(
      errorMessage {
        try trainer(TrainingOptions(epochs: 1, stepsPerEpoch: 1, frozen: ["encoder.*"]), sgd)
      } == "frozen: no parameter is named 'encoder.*'. \(known)")
    #expect(
      errorMessage {
        try trainer(
          TrainingOptions(
            epochs: 1, stepsPerEpoch: 1, rates: [.init(parameters: "hed", factor: 2)]), sgd)
      } == "rates: no parameter is named 'hed'. \(known)")
    #expect(
      errorMessage {
        try trainer(TrainingOptions(epochs: 1, stepsPerEpoch: 1, frozen: ["*"]), sgd)
      } == "frozen: every parameter is; leave out at least the head")
  }

  @Test("Gradients are limited by value before their norm is")
  func clipping() throws {
    let trainer = try trainer(
      TrainingOptions(epochs: 1, stepsPerEpoch: 1, clipNorm: 1e9, clipValue: 1e-4),
      optimiser(.object([("sgd", .object([("learning_rate", .number(1))]))])))
    let before = values(trainer.parameters)
    let records = try run(trainer)
    let moved = trainer.slots.map { slot in
      zip(before[slot.name] ?? [], values(trainer.parameters)[slot.name] ?? []).map { $1 - $0 }
    }.joined()
    // weights are Floats near 1: 6e-8
    #expect(abs(maxAbs(Array(moved)) - 1e-4) < 2e-7)
    #expect(records[0].gradientNorm > 0.05)
  }

  @Test("The average is what is validated and kept, and the weights go on")
  func averages() throws {
    let trainer = try trainer(
      TrainingOptions(epochs: 2, stepsPerEpoch: 2, average: .init(decay: 0.75)),
      optimiser(.text("sgd")), type: .float64)
    var expected = values(trainer.parameters)
    var seen: [[String: [Double]]] = []
    _ = try trainer.run(
      fill: { fill(&$0, $1) },
      validate: { store in
        seen.append(values(store))
        return 1 / Double(seen.count)
      },
      onStep: { _, _ in
        let now = values(trainer.parameters)
        for slot in trainer.slots {
          expected[slot.name] = zip(expected[slot.name] ?? [], now[slot.name] ?? []).map {
            0.75 * $0 + 0.25 * $1
          }
        }
      }, onEpoch: { _ in })
    for slot in trainer.slots {
      #expect(
        maxAbsDifference(seen[1][slot.name] ?? [], expected[slot.name] ?? []) < 1e-14,
        "\(slot.name)")
    }
    #expect(values(trainer.best) == seen[0])
    #expect(values(trainer.evaluated) == seen[1])
    #expect(seen[1]["head.weight"] != values(trainer.parameters)["head.weight"])
    // running statistics are those of the weights
    #expect(
      seen[1]["enc.0.bn1.running_mean"] == values(trainer.parameters)["enc.0.bn1.running_mean"])
  }

  @Test("The momentum of a schedule is passed on")
  func momentum() throws {
    let momentum = JSONValue.object([("sgd", .object([("momentum", .number(0.5))]))])
    func weights(_ cycles: Bool) throws -> [String: [Double]] {
      let schedule = OneCycleSchedule(
        try settings(OneCycleSchedule.component, [("cycle_momentum", .flag(cycles))]))
      let trainer = try trainer(threeSteps, optimiser(momentum), schedule: schedule)
      try run(trainer)
      return values(trainer.parameters)
    }
    #expect(try weights(true) != weights(false))
  }

  @Test("The loss of each image is told, and its mean is that of the batch")
  func imageLosses() throws {
    let trainer = try trainer(
      TrainingOptions(epochs: 1, stepsPerEpoch: 2, accumulate: 2, keepsImageLosses: true),
      sam(0.1))
    var told: [[ImageLoss]] = []
    _ = try trainer.run(
      fill: { fill(&$0, $1) }, validate: { _ in nil },
      onStep: { _, loss in
        told.append(trainer.imageLosses)
        let sum = trainer.imageLosses.reduce(0) { $0 + $1.loss }
        // every image has as many labels; sums of a few hundred logarithms: 1e-12
        #expect(abs(sum / 4 - loss) < 1e-12)
      }, onEpoch: { _ in })
    #expect(told.map { $0.map(\.batch) } == [[0, 0, 1, 1], [2, 2, 3, 3]])
    #expect(told[1].map(\.image) == [0, 1, 0, 1])
    #expect(told[1][3].name == "scene 3, window 1")
    #expect(Set(told[0].map(\.loss)).count == 4)
  }

  @Test("What is not finite is told with the batch and the images it came from")
  func places() throws {
    func message(_ options: TrainingOptions, _ kernels: KernelChoice = .fast) throws -> String? {
      let trainer = try trainer(options, optimiser(.text("sgd")), kernels: kernels)
      return errorMessage {
        try trainer.run(
          fill: { batch, number in
            fill(&batch, number)
            // the second image of the fourth batch
            guard number == 3 else { return }
            let pixels = batch.input.doubles()
            batch.input.write(Array(pixels[..<128]) + Array(repeating: .nan, count: 128))
          }, validate: { _ in nil }, onStep: { _, _ in }, onEpoch: { _ in })
      }
    }
    // batch norm spreads what is no number over the whole batch, so that both images are named
    #expect(
      try message(TrainingOptions(epochs: 1, stepsPerEpoch: 4))
        == "the loss became nan at step 4 (batch 4, 'scene 3, window 0', 'scene 3, window 1'): "
        + "lower the learning rate or clip the gradient (clip_norm)")
    // the oracle's rectifiers turn it into 0, and it shows in the gradient of the whole step
    #expect(
      try message(TrainingOptions(epochs: 1, stepsPerEpoch: 2, accumulate: 2), .naive)
        == "the gradient became nan at step 2 (batches 3 to 4, 'scene 2, window 0', "
        + "'scene 2, window 1', 'scene 3, window 0', 'scene 3, window 1'): lower the learning rate")
  }

  @Test("Weights that are no numbers are neither validated nor written")
  func lastStep() throws {
    // the one step of the second epoch overshoots: only the weights show it
    let schedule = StepSchedule(
      try settings(StepSchedule.component, [("step", .number(1)), ("gamma", .number(1))]))
    let trainer = try trainer(
      TrainingOptions(
        epochs: 2, stepsPerEpoch: 1, rates: [.init(parameters: "head.bias", factor: 1e300)]),
      optimiser(.object([("sgd", .object([("learning_rate", .number(1e3))]))])),
      schedule: schedule)
    var epochs = 0
    #expect(
      errorMessage {
        try trainer.run(
          fill: { fill(&$0, $1) }, validate: { _ in nil }, onStep: { _, _ in },
          onEpoch: { _ in epochs += 1 })
      }
        == "the weights became infinite or nan in epoch 1: lower the learning rate or clip the "
        + "gradient (clip_norm)")
    #expect(epochs == 0)
  }

  @Test("A failed second gradient leaves the weights as they were")
  func failedSecondGradient() throws {
    let trainer = try trainer(threeSteps, sam(1))
    trainer.perturbation = Perturbation(radius: 1e38)
    let before = values(trainer.parameters)
    let error = errorMessage { try run(trainer) }
    #expect(
      error == "the loss became nan at step 1 (batch 1, 'scene 0, window 0', "
        + "'scene 0, window 1'): lower the learning rate or clip the gradient (clip_norm)")
    for slot in trainer.slots {
      #expect(values(trainer.parameters)[slot.name] == before[slot.name], "\(slot.name)")
    }
  }

  @Test("The same bits with any number of threads, with every option at once")
  func threads() throws {
    let bytes = try [1, 1, 3].map { threads -> [UInt8] in
      let trainer = try trainer(
        TrainingOptions(
          epochs: 2, stepsPerEpoch: 2, clipNorm: 0.5, clipValue: 0.1, accumulate: 2,
          average: .init(decay: 0.9, warmsUp: true),
          rates: [.init(parameters: "dec.*", factor: 0.5)], frozen: ["enc.0.conv1.weight"],
          keepsImageLosses: true),
        sam(0.1, name: "asam"), threads: threads)
      try run(trainer)
      return try trainer.checkpoint(key: "k", generator: [1, 2, 3, 4]).encoded()
    }
    #expect(bytes[1] == bytes[0])
    #expect(bytes[2] == bytes[0])
  }
}
