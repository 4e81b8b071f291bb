import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct ContrastiveLossTests {
  private func sample(_ vectors: [[Double]], _ labels: [UInt8]) -> ContrastSample {
    ContrastSample(
      shape: Shape(1, 1, vectors.count, vectors[0].count), embeddings: vectors.flatMap(\.self),
      labels: labels, anchors: Array(vectors.indices))
  }

  private static let losses = ContrastiveLoss.Kind.allCases.flatMap { kind in
    ContrastiveLoss.References.allCases.map { ContrastiveLoss(kind, references: $0) }
  }

  @Test func onePositiveWithoutANegativeIsWorthNothing() {
    for kind in ContrastiveLoss.Kind.allCases {
      let found = sample([[1, 2], [3, -1]], [4, 4])
        .evaluate(ContrastiveLoss(kind, references: .batch))
      #expect(abs(found.value) < 1e-15)
      #expect(maxAbs(found.gradient) < 1e-15)
    }
  }

  @Test func theValueFollowsTheFormula() {
    // u0·u1 = 0.6, u0·u2 = 0, u1·u2 = 0.8; temperature 0.5
    let three = sample([[2, 0], [3, 4], [0, 7]], [1, 1, 0])
    let pixel = ContrastiveLoss(.pixelInfoNCE, references: .batch, temperature: 0.5)
    let first = log(exp(1.2) + 1) - 1.2
    let second = log(exp(1.2) + exp(1.6)) - 1.2
    #expect(abs(three.evaluate(pixel).value - (first + second) / 2) < 1e-15)
  }

  @Test func anchorsWithoutAPositiveAreLeftOut() {
    let supervised = ContrastiveLoss(.supervised, references: .batch)
    let alone = sample([[1, 0], [0, 1]], [0, 1]).evaluate(supervised)
    #expect(alone.value == 0 && alone.gradient == [0, 0, 0, 0])
    #expect(sample([[1, 0]], [0]).evaluate(supervised).value == 0)
  }

  @Test(arguments: losses)
  func gradientsAreTheSlopesOfTheValue(loss: ContrastiveLoss) {
    var generator = Generator(seed: 3)
    var sample = ContrastSample(
      shape: Shape(1, 2, 4, 3), embeddings: (0..<24).map { _ in generator.uniform(-1...1) },
      labels: [0, 1, 0, 2, 1, 0, 255, 1], anchors: [0, 1, 2, 3, 5, 7])
    var queue = ClassQueue(classes: 3, capacity: 2, channels: 3)
    queue.push([0.6, 0, 0.8, 0, 1, 0], class: 2)
    queue.push([0, 0.8, -0.6], class: 0)
    sample.queue = queue
    let gradient = sample.evaluate(loss).gradient
    let step = 1e-6
    let differences = sample.embeddings.indices.map { index in
      var moved = sample
      moved.embeddings[index] += step
      let above = moved.evaluate(loss).value
      moved.embeddings[index] -= 2 * step
      return (above - moved.evaluate(loss).value) / (2 * step)
    }
    // central differences err by rounding, 1e-15 / step = 1e-9, and by step^2 / temperature^3
    #expect(maxAbsDifference(gradient, differences) < 1e-7 * max(1, maxAbs(gradient)))
    #expect(maxAbs(gradient) > 1e-2)
    // pixels that are no anchors have none
    #expect(gradient[18..<21].allSatisfy { $0 == 0 } && gradient[12..<15].allSatisfy { $0 == 0 })
    let weighted = sample.evaluate(loss, weight: -2, start: 8)
    #expect(maxAbsDifference(weighted.gradient, gradient.map { 8 - 2 * $0 }) < 1e-13)
  }

  @Test(arguments: losses)
  func numbersStayFiniteAtTheExtremes(loss: ContrastiveLoss) {
    var extreme = sample([[1e-30, 0], [0, 0], [1e30, 1e30], [-1e30, 3]], [0, 0, 1, 1])
    extreme.queue = ClassQueue(classes: 2, capacity: 1, channels: 2)
    let sharp = ContrastiveLoss(loss.kind, references: loss.references, temperature: 0.001)
    let found = extreme.evaluate(sharp)
    #expect(found.value.isFinite && found.gradient.allSatisfy(\.isFinite))
  }

  @Test func pairsHaveTheSlopesOfTheirValue() {
    let loss = PairContrastLoss(temperature: 0.3)
    let (queries, keys) = ([0.5, 2, -1, 0.25], [0.6, 0.8, 1, 0])
    func value(_ queries: [Double]) -> Double {
      loss.evaluate(queries: queries, keys: keys, negatives: [0, 1, -0.8, 0.6], channels: 2).value
    }
    let found = loss.evaluate(
      queries: queries, keys: keys, negatives: [0, 1, -0.8, 0.6], channels: 2)
    let differences = queries.indices.map { index in
      var (above, below) = (queries, queries)
      above[index] += 1e-6
      below[index] -= 1e-6
      return (value(above) - value(below)) / 2e-6
    }
    #expect(maxAbsDifference(found.gradient, differences) < 1e-8)
    #expect(loss.evaluate(queries: [1, 2], keys: [1, 0], negatives: [], channels: 2).value == 0)
  }

  @Test func settingsDecodeAsDeclared() throws {
    let component = ContrastiveLoss.components[0]
    let defaults = ContrastiveLoss(.pixelInfoNCE, settings: try settings(component))
    #expect(defaults.references == .both && defaults.temperature == 0.07)
    let written = try settings(
      component, [("references", .text("queue")), ("temperature", .number(0.5))])
    #expect(ContrastiveLoss(.pixelInfoNCE, settings: written).references == .queue)
    #expect(PairContrastLoss(try settings(PairContrastLoss.component)).temperature == 0.07)
  }
}
