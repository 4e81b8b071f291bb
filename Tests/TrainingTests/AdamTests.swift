import Engine
import TestSupport
import Testing

@testable import Training

struct AdamTests {
  @Test func theFirstStepIsTheRateWhateverTheGradient() throws {
    var adam = Adam(try #require(decoded(Adam.component)))
    let tensors = ParameterTensors([[1, 1]])
    tensors.gradients = [[1e-3, -1e3]]
    tensors.withSlots { adam.step(parameters: $0, rate: 0.1) }
    // eps 1e-8 against a gradient of 1e-3: 1e-5 relative
    #expect(maxAbsDifference(tensors.values[0], [0.9, 1.1]) < 2e-6)
  }

  @Test func decayOfAdamGoesThroughTheMomentsAndThatOfAdamWDoesNot() throws {
    let decay: [(String, JSONValue)] = [("weight_decay", .number(0.5))]
    var adam = Adam(try #require(decoded(Adam.component, decay)))
    var adamW = AdamW(try #require(decoded(AdamW.component, decay)))
    let coupled = ParameterTensors([[2]])
    let decoupled = ParameterTensors([[2]])
    coupled.withSlots { adam.step(parameters: $0, rate: 0.1) }
    decoupled.withSlots { adamW.step(parameters: $0, rate: 0.1) }
    #expect(abs(coupled.values[0][0] - 1.9) < 1e-7)  // a step of the rate
    #expect(decoupled.values[0][0] == 2 * (1 - 0.1 * 0.5))
    #expect(adam.state.tensors[0].values[0] > 0)
    #expect(adamW.state.tensors[0].values == [0])
  }
}
