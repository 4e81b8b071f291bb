import CKernels
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

/// A logistic model of each image: one logit w·x for all its pixels.
private final class LogisticModel: DifferentiableNetwork {
  let weights: [Double]
  private(set) var gradient: [Double]
  private var input: [Double] = []

  init(_ weights: [Double]) {
    self.weights = weights
    gradient = Array(repeating: 0, count: weights.count)
  }

  func logits(of input: [Double]) -> [Double] {
    self.input = input
    return (0..<input.count / weights.count).map { image in
      weights.indices.reduce(0) { $0 + weights[$1] * input[image * weights.count + $1] }
    }
  }

  func backward(from gradient: [Double], addsToParameters: Bool) -> [Double] {
    if addsToParameters {
      for (image, slope) in gradient.enumerated() {
        for index in weights.indices {
          self.gradient[index] += slope * input[image * weights.count + index]
        }
      }
    }
    return gradient.flatMap { slope in weights.map { slope * $0 } }
  }
}

struct VirtualAdversarialLossTests {
  private let weights = [0.5, -1.5, 2, 0.25]
  private let input = [0.3, 0.1, -0.2, 1, -0.4, 0.6, 0.2, 0.1]
  private let direction = [1, 0.2, 0.3, -0.5, 0.1, 2, -0.7, 0.4]

  private func evaluate(
    _ loss: VirtualAdversarialLoss, keep: [UInt8]? = nil, factor: Double = 1
  ) -> (VirtualAdversarialLoss.Outcome, gradient: [Double]) {
    let model = LogisticModel(weights)
    let outcome = loss.evaluate(
      model, input: input, images: 2, classes: 1, direction: direction, keep: keep, factor: factor)
    return (outcome, model.gradient)
  }

  @Test(arguments: [1e-6, 0.1, 1])
  func theDirectionOfALogisticModelIsThatOfItsWeights(xi: Double) {
    let (outcome, _) = evaluate(VirtualAdversarialLoss(epsilon: 2.5, xi: xi))
    let length = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for image in 0..<2 {
      let moved = outcome.perturbation[image * 4..<image * 4 + 4]
      let norm = moved.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let along = zip(moved, weights).reduce(0) { $0 + $1.0 * $1.1 } / (norm * length)
      #expect(abs(norm - 2.5) < 1e-12)
      #expect(abs(along) > 1 - 1e-12)
    }
    #expect(outcome.divergence > 0.1)
  }

  @Test func withoutAStepThereIsNoDivergence() {
    let (outcome, gradient) = evaluate(VirtualAdversarialLoss(epsilon: 0, entropyWeight: 0))
    #expect(outcome.divergence == 0 && gradient == [0, 0, 0, 0])
  }

  @Test func gradientsAreTheSlopesWithPredictionAndPerturbationHeld() {
    let loss = VirtualAdversarialLoss(weight: 2, epsilon: 1, entropyWeight: 3)
    let (outcome, gradient) = evaluate(loss, factor: 0.5)
    let clean = PixelDistributions(LogisticModel(weights).logits(of: input), classes: 1, keep: nil)
    let moved = zip(input, outcome.perturbation).map { $0 + $1 }
    func value(_ weights: [Double]) -> Double {
      let model = LogisticModel(weights)
      func look(_ input: [Double]) -> PixelDistributions {
        PixelDistributions(model.logits(of: input), classes: 1, keep: nil)
      }
      return 0.5 * (2 * clean.divergence(to: look(moved)) + 3 * look(input).entropy)
    }
    let differences = weights.indices.map { index in
      var (above, below) = (weights, weights)
      above[index] += 1e-5
      below[index] -= 1e-5
      return (value(above) - value(below)) / 2e-5
    }
    // central differences err by step^2 = 1e-10
    #expect(maxAbsDifference(gradient, differences) < 1e-9)
    #expect(maxAbs(gradient) > 1e-2)
  }

  @Test func pixelsThatAreNotKeptCountForNothing() {
    let loss = VirtualAdversarialLoss()
    let (outcome, gradient) = evaluate(loss, keep: [1, 0])
    let model = LogisticModel(weights)
    let alone = loss.evaluate(
      model, input: Array(input.prefix(4)), images: 1, classes: 1,
      direction: Array(direction.prefix(4)))
    #expect(outcome.divergence == alone.divergence && outcome.entropy == alone.entropy)
    #expect(gradient == model.gradient)
    let (nothing, none) = evaluate(loss, keep: [0, 0])
    #expect(nothing.divergence == 0 && nothing.entropy == 0 && none == [0, 0, 0, 0])
  }

  @Test func entropyHasTheSlopesOfItsValueAndIsFiniteFarOut() {
    for (classes, logits) in [(1, [0.3, -2]), (3, [1, -0.5, 2, 0.1, 0.2, -3])] {
      let found = PixelDistributions(logits, classes: classes, keep: nil).entropyGradient
      let differences = logits.indices.map { index in
        var (above, below) = (logits, logits)
        above[index] += 1e-5
        below[index] -= 1e-5
        return
          (PixelDistributions(above, classes: classes, keep: nil).entropy
          - PixelDistributions(below, classes: classes, keep: nil).entropy) / 2e-5
      }
      #expect(maxAbsDifference(found, differences) < 1e-9)
      let far = PixelDistributions(logits.map { 1e4 * $0 }, classes: classes, keep: nil)
      #expect(far.entropy == 0 && far.entropyGradient.allSatisfy(\.isFinite))
    }
  }

  @Test func anExecutorTrainsParametersOnceAndKeepsItsStatistics() throws {
    let builder = GraphBuilder()
    let image = builder.input(channels: 2)
    let hidden = builder.batchNorm(
      builder.convolution(image, "first", outputs: 3, kernel: 3, padding: 1), "norm")
    let graph = builder.graph(outputs: [
      builder.convolution(hidden, "last", outputs: 2, kernel: 1)
    ])
    let store = ParameterStore(graph: graph, type: .float64, withGradients: true)
    store.initialise(seed: 5)
    let pool = ThreadPool(threads: 1)
    let plan = try Plan(
      graph: graph, inputShapes: [Shape(2, 4, 5, 2)], isTraining: true, withInputGradients: true,
      type: .float64, threads: 1)
    let executor = Executor(plan: plan, parameters: store, pool: pool)
    let network = ExecutorNetwork(executor)
    var generator = Generator(seed: 1)
    let input = (0..<80).map { _ in generator.uniform(-1...1) }
    let start = (0..<80).map { _ in generator.uniform(-1...1) }
    store.clearGradients()
    let values = store.declarations.indices.map { store.doubles($0) }
    let loss = VirtualAdversarialLoss(epsilon: 1, powerIterations: 2, entropyWeight: 0)
    let outcome = loss.evaluate(network, input: input, images: 2, classes: 2, direction: start)
    #expect(store.declarations.indices.map { store.doubles($0) } == values)
    #expect(outcome.divergence > 0)
    // the same terms with the prediction and the perturbation held
    let clean = PixelDistributions(network.logits(of: input), classes: 2, keep: nil)
    let moved = zip(input, outcome.perturbation).map { $0 + $1 }
    for index in store.declarations.indices where store.declarations[index].role.isTrained {
      let gradient = store.gradientDoubles(index)
      let found = values[index]
      func value(_ step: Double) -> Double {
        var changed = found
        changed[0] += step
        store.set(index, to: changed)
        return clean.divergence(
          to: PixelDistributions(network.logits(of: moved), classes: 2, keep: nil))
      }
      let difference = (value(1e-5) - value(-1e-5)) / 2e-5
      store.set(index, to: found)
      #expect(abs(gradient[0] - difference) < 1e-8, "\(store.declarations[index].name)")
    }
  }
}
