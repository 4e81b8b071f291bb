import CKernels
import Testing

struct InstructionSetTests {
  @Test func aThreadCanUseLessThanTheBest() {
    for isa in instructionSets {
      withKernels(isa) { _ in #expect(rs_isa_current() == isa) }
    }
    #expect(rs_isa_current() == rs_isa_best())
  }

  @Test func moreThanTheMachineHasIsTheBest() {
    withKernels(RS_ISA_AVX512) { _ in #expect(rs_isa_current() == rs_isa_best()) }
  }

  @Test(arguments: instructionSets)
  func anAdamStepAgreesWithTheDoubleOne(isa: rs_isa) {
    let count = 37
    let adam = rs_adam(
      rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, coupled_decay: 0, decoupled_decay: 0.1,
      correction1: 0.1, correction2: 0.001)
    func start(_ seed: UInt64) -> [Double] { KernelTensor.random(count, seed: seed).map(abs) }
    var (value, first, second) = (start(1), start(2), start(3))
    rs_adam_step(RS_FLOAT64, count, &value, start(4), &first, &second, adam)
    var fast = start(1).map(Float.init)
    var (m, v) = (start(2).map(Float.init), start(3).map(Float.init))
    withKernels(isa) { _ in
      rs_adam_step(RS_FLOAT32, count, &fast, start(4).map(Float.init), &m, &v, adam)
    }
    // a handful of float operations for each element
    #expect(relativeError(value, fast.map(Double.init)) <= 5e-7)
    #expect(relativeError(first, m.map(Double.init)) <= 5e-7)
    #expect(relativeError(second, v.map(Double.init)) <= 5e-7)
  }
}
