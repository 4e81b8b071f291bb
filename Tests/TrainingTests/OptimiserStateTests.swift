import CKernels
import TestSupport
import Testing

@testable import Training

struct OptimiserStateTests {
  private func makeAdam() throws -> (Adam, ParameterTensors) {
    let settings = try #require(decoded(Adam.component))
    var adam = Adam(settings)
    let tensors = ParameterTensors([("w", [1, 2])])
    tensors.withSlots { adam.step(parameters: $0, rate: 0.1) }
    return (adam, tensors)
  }

  @Test func tensorsAreNamedByMomentAndParameter() throws {
    let (adam, _) = try makeAdam()
    #expect(adam.state.step == 1)
    #expect(adam.state.tensors.map(\.name) == ["exp_avg.w", "exp_avg_sq.w"])
    #expect(adam.state.tensors.map(\.count) == [2, 2])
  }

  @Test func sgdWithoutMomentumKeepsTheStepAlone() throws {
    var sgd = try SGD(#require(decoded(SGD.component)))
    ParameterTensors([[1]]).withSlots { sgd.step(parameters: $0, rate: 0.1) }
    #expect(sgd.state == OptimiserState(step: 1))
  }

  @Test func aMissingTensorIsRefused() throws {
    var (adam, tensors) = try makeAdam()
    var saved = adam.state
    saved.tensors.removeLast()
    #expect(
      errorMessage { try tensors.withSlots { try adam.restore(saved, parameters: $0) } }
        == "the optimiser state has no 'exp_avg_sq.w': it was saved by another model or optimiser; "
        + "start again without it, or restore the settings it was saved with")
  }

  @Test func aTensorOfAnotherSizeIsRefused() throws {
    var (adam, _) = try makeAdam()
    let saved = adam.state
    let other = ParameterTensors([("w", [1, 2, 3])])
    #expect(
      errorMessage { try other.withSlots { try adam.restore(saved, parameters: $0) } }
        == "the optimiser state 'exp_avg.w' has 16 bytes where the model needs 24: it was saved by "
        + "another model")
    let float = ParameterTensors([("w", [1, 2, 3, 4])], type: RS_FLOAT32)
    #expect(
      errorMessage { try float.withSlots { try adam.restore(saved, parameters: $0) } }
        == "the optimiser state 'exp_avg.w' has another number type than the model: it was saved "
        + "by a training in the other precision")
    #expect(adam.state == saved)
  }

  @Test func aTensorThatIsLeftOverIsRefused() throws {
    var (adam, tensors) = try makeAdam()
    var saved = adam.state
    saved.tensors.append(StateTensor(name: "exp_avg.v", type: RS_FLOAT64, bytes: []))
    #expect(
      errorMessage { try tensors.withSlots { try adam.restore(saved, parameters: $0) } }
        == "the optimiser state 'exp_avg.v' belongs to no parameter of this model: it was saved by "
        + "another model or optimiser")
  }
}
