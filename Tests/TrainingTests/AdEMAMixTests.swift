import CKernels
import Engine
import TestSupport
import Testing

@testable import Training

struct AdEMAMixTests {
  /// The weights after five steps from (1, 1) on 0.5 (x^2 + 10 y^2) at rate 0.1.
  private func fiveSteps(alpha: Double, warmup: Int = 0) throws -> [Double] {
    var optimiser = AdEMAMix(
      try #require(
        decoded(
          AdEMAMix.component,
          [("alpha", .number(alpha)), ("warmup", .number(Double(warmup)))])))
    let tensors = ParameterTensors([[1, 1]])
    for _ in 0..<5 {
      let w = tensors.values[0]
      tensors.gradients = [[w[0], 10 * w[1]]]
      tensors.withSlots { optimiser.step(parameters: $0, rate: 0.1) }
    }
    return tensors.values[0]
  }

  /// Vectors recomputed from the published formulas, given to ten digits.
  @Test(arguments: [
    (0.0, 0, [0.5079636619, 0.5079636571]), (2, 0, [0.5076714461, 0.5076714413]),
    (5, 10, [0.5064494039, 0.5064493990]),
  ])
  func theFirstStepsAreThosePublished(alpha: Double, warmup: Int, expected: [Double]) throws {
    #expect(maxAbsDifference(try fiveSteps(alpha: alpha, warmup: warmup), expected) < 1e-10)
  }

  @Test func withoutTheSlowMeanItIsAdamW() throws {
    let decay: [(String, JSONValue)] = [("weight_decay", .number(0.1))]
    var mix: any Optimiser = AdEMAMix(
      try #require(decoded(AdEMAMix.component, decay + [("alpha", .number(0))])))
    var adamW: any Optimiser = AdamW(try #require(decoded(AdamW.component, decay)))
    let (a, b) = (ParameterTensors([[1, -2, 3]]), ParameterTensors([[1, -2, 3]]))
    for step in 0..<5 {
      a.gradients = [[0.5, Double(step), -1]]
      b.gradients = a.gradients
      a.withSlots { mix.step(parameters: $0, rate: 0.1) }
      b.withSlots { adamW.step(parameters: $0, rate: 0.1) }
      #expect(a.values == b.values)
    }
  }

  @Test func theWarmUpsOfBothNumbersCanDiffer() throws {
    func weights(_ parameters: [(String, JSONValue)]) throws -> [Double] {
      var optimiser = AdEMAMix(
        try #require(decoded(AdEMAMix.component, [("alpha", .number(5))] + parameters)))
      let tensors = ParameterTensors([[1]])
      tensors.gradients = [[1]]
      for _ in 0..<3 { tensors.withSlots { optimiser.step(parameters: $0, rate: 0.1) } }
      return tensors.values[0]
    }
    let both = try weights([("warmup", .number(9))])
    #expect(
      try weights([("alpha_warmup", .number(9)), ("beta3_warmup", .number(9))]) == both)
    #expect(try weights([("alpha_warmup", .number(9))]) != both)
    #expect(try weights([("beta3_warmup", .number(9))]) != both)
  }
}
