import CKernels
import TestSupport
import Testing

@testable import Training

struct GradientClippingTests {
  @Test func theNormIsAddedUpInDouble() {
    // in float a sum of squares stops at 2^24: 16,777,216 + 1 is 16,777,216
    let tensors = ParameterTensors([Array(repeating: 0, count: 40)], type: RS_FLOAT32)
    tensors.gradients = [[4096] + Array(repeating: 1, count: 39)]
    #expect(tensors.withSlots { GradientClipping.norm($0) } == (16_777_216.0 + 39).squareRoot())
  }

  @Test func gradientsThatAreNotFiniteAreLeftAlone() {
    for bad in [Double.nan, .infinity] {
      let tensors = ParameterTensors([[1], [2]])
      tensors.gradients = [[3], [bad]]
      let norm = tensors.withSlots { GradientClipping.clip($0, norm: 1) }
      #expect(!norm.isFinite)
      #expect(tensors.gradients[0] == [3])
    }
  }

  @Test func clippingByValueLimitsBothSigns() {
    for type in [RS_FLOAT32, RS_FLOAT64] {
      let tensors = ParameterTensors([[0, 0, 0]], type: type)
      tensors.gradients = [[3, -0.25, -3]]
      tensors.withSlots { GradientClipping.clip($0, value: 0.5) }
      #expect(tensors.gradients == [[0.5, -0.25, -0.5]])
    }
  }
}
