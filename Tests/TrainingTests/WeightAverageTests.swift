import TestSupport
import Testing

@testable import Training

struct WeightAverageTests {
  @Test func theAverageReplacesTheWeightsOnlyWhenCopied() {
    let tensors = ParameterTensors([[1, 2], [3]])
    var average = tensors.withSlots {
      WeightAverage(decay: 0.5, warmsUp: false, parameters: $0)
    }
    tensors.setValues([[3, 2], [5]])
    tensors.withSlots { average.update($0) }
    #expect(tensors.values == [[3, 2], [5]])
    tensors.withSlots { average.copy(to: $0) }
    #expect(tensors.values == [[2, 2], [4]])
  }

  @Test func aRestoredAverageGoesOnBitForBit() throws {
    let tensors = ParameterTensors([[1], [2]])
    var whole = tensors.withSlots {
      WeightAverage(decay: 0.99, warmsUp: true, parameters: $0)
    }
    tensors.setValues([[5], [7]])
    tensors.withSlots { whole.update($0) }
    var restored = tensors.withSlots {
      WeightAverage(decay: 0.99, warmsUp: true, parameters: $0)
    }
    let saved = OptimiserState(step: whole.state.step, tensors: whole.state.tensors.reversed())
    try tensors.withSlots { try restored.restore(saved, parameters: $0) }
    tensors.withSlots { whole.update($0) }
    tensors.withSlots { restored.update($0) }
    #expect(restored.state == whole.state)
  }

  @Test func anAverageOfOtherTensorsIsRefused() {
    let tensors = ParameterTensors([[1]])
    var average = tensors.withSlots {
      WeightAverage(decay: 0.9, warmsUp: false, parameters: $0)
    }
    #expect(
      errorMessage {
        try tensors.withSlots { try average.restore(OptimiserState(), parameters: $0) }
      }
        == "the optimiser state has no 'average.w0': it was saved by another model or optimiser; "
        + "start again without it, or restore the settings it was saved with")
  }
}
