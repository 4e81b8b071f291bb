import Engine
import TestSupport
import Testing

@testable import Training

struct SGDTests {
  /// The weight after two steps with gradient 2, momentum 0.5 and rate 0.1: velocities 2 and 3.
  private func twoSteps(isNesterov: Bool) throws -> Double {
    let settings = try #require(
      decoded(SGD.component, [("momentum", .number(0.5)), ("nesterov", .flag(isNesterov))]))
    var sgd = try SGD(settings)
    let tensors = ParameterTensors([[1]])
    tensors.gradients = [[2]]
    for _ in 0..<2 { tensors.withSlots { sgd.step(parameters: $0, rate: 0.1) } }
    return tensors.values[0][0]
  }

  @Test func momentumAddsUpVelocity() throws {
    #expect(abs(try twoSteps(isNesterov: false) - (1 - 0.1 * 2 - 0.1 * 3)) < 1e-15)
  }

  @Test func nesterovLooksAheadAlongTheVelocity() throws {
    let expected = 1 - 0.1 * (2 + 0.5 * 2) - 0.1 * (2 + 0.5 * 3)
    #expect(abs(try twoSteps(isNesterov: true) - expected) < 1e-15)
  }

  @Test func theMomentumOfAScheduleTakesThePlaceOfTheSetting() throws {
    for (written, expected) in [(0.5, 1 - 0.1 * 2 - 0.1 * (0.25 * 2 + 2)), (0, 1 - 0.1 * 4)] {
      var sgd = try SGD(#require(decoded(SGD.component, [("momentum", .number(written))])))
      let tensors = ParameterTensors([[1]])
      tensors.gradients = [[2]]
      for _ in 0..<2 {
        tensors.withSlots { sgd.step($0, OptimiserStep(rate: 0.1, momentum: 0.25)) }
      }
      #expect(abs(tensors.values[0][0] - expected) < 1e-15)
    }
  }

  @Test func nesterovWithoutMomentumIsRefused() throws {
    let settings = try #require(decoded(SGD.component, [("nesterov", .flag(true))]))
    #expect(
      errorMessage { try SGD(settings) }
        == "optimiser 'sgd': nesterov needs momentum: write momentum: 0.9")
  }
}
