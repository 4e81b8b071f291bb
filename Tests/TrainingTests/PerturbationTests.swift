import CKernels
import Engine
import TestSupport
import Testing

@testable import Training

struct PerturbationTests {
  /// The quadratic form diag(1, 10) at (1, 1) with ρ = 0.05: its gradient is w + e, by 1 and 10.
  @Test func theGradientIsTakenUphillAsPublished() {
    let tensors = ParameterTensors([[1], [1]])
    tensors.gradients = [[1], [10]]
    var perturbation = Perturbation(radius: 0.05)
    tensors.withSlots { perturbation.ascend($0) }
    let w = tensors.values
    #expect(maxAbsDifference([w[0][0], 10 * w[1][0]], [1.004975186, 10.4975185951]) < 1e-9)
  }

  @Test func theWeightsComeBackBitByBit() {
    let awkward = [0.1, -0.0, 1e-45, -3e38, .infinity, 5]
    for (type, offset) in [(RS_FLOAT32, nil), (RS_FLOAT64, nil), (RS_FLOAT32, 0.01)] {
      let tensors = ParameterTensors([awkward, [7]], type: type)
      let before = tensors.values
      tensors.gradients = [[1, 2, 3, 4, 5, 6], [7]]
      var perturbation = Perturbation(radius: 0.3, adaptiveOffset: offset)
      tensors.withSlots { perturbation.ascend($0) }
      #expect(tensors.values != before)
      tensors.withSlots { perturbation.restore($0) }
      #expect(tensors.values == before)
      #expect(tensors.values[0][1].sign == .minus)
    }
  }

  @Test func aWayWithoutLengthChangesNoBit() {
    let tensors = ParameterTensors([[0.1, 2]], type: RS_FLOAT32)
    let before = tensors.values
    tensors.gradients = [[3, 4]]
    var perturbation = Perturbation(radius: 0)
    #expect(perturbation.isIdentity)
    tensors.withSlots { perturbation.ascend($0) }
    #expect(tensors.values == before)
  }

  @Test func aGradientOfZeroMovesNothing() {
    let tensors = ParameterTensors([[1, 2]])
    var perturbation = Perturbation(radius: 0.5)
    tensors.withSlots { perturbation.ascend($0) }
    #expect(tensors.values == [[1, 2]])
  }

  /// T = |w| + η for the weight and 1 for the bias: T g is (3, 4), of length 5.
  @Test func theAdaptiveWayIsInUnitsOfTheWeights() {
    let tensors = ParameterTensors([[-1.5], [9]])
    tensors.gradients = [[1.5], [4]]
    var perturbation = Perturbation(radius: 0.5, adaptiveOffset: 0.5)
    tensors.withSlots { slots in
      let bias = ParameterSlot(
        name: "b", type: slots[1].type, count: 1, value: slots[1].value,
        gradient: slots[1].gradient, role: .bias)
      perturbation.ascend([slots[0], bias])
    }
    // w + 0.5 T^2 g / 5; 1e-12 in the denominator: 1e-12
    #expect(maxAbsDifference(tensors.values[0], [-1.5 + 0.5 * 4 * 1.5 / 5]) < 1e-12)
    #expect(maxAbsDifference(tensors.values[1], [9 + 0.5 * 4 / 5]) < 1e-12)
  }

  @Test(arguments: [("sam", "asam"), ("asam", "sam")])
  func oneCannotBeAroundAnother(name: String, base: String) throws {
    let type = try #require(OptimiserRegistry.all.first { $0.component.name == name })
    let own = try settings(type.component, [("base", .text(base))])
    #expect(
      errorMessage { try OptimiserRegistry.make(name, settings: own) }
        == "optimiser '\(name)': its base cannot be '\(base)', which takes two gradients a step "
        + "itself: write base: sgd, adam, adamw or ademamix")
  }
}
