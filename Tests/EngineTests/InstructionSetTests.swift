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
      rate: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, coupled_decay: 0, decoupled_decay: 0,
      correction1: 0.1, correction2: 0.001)
    func start(_ seed: UInt64) -> [Double] { KernelTensor.random(count, seed: seed).map(abs) }
    var (value, first, second) = (start(1), start(2), start(3))
    var gradient = start(4)
    step(RS_FLOAT64, adam, &value, &gradient, &first, &second)
    var (fast, slope) = (start(1).map(Float.init), start(4).map(Float.init))
    var (m, v) = (start(2).map(Float.init), start(3).map(Float.init))
    withKernels(isa) { _ in step(RS_FLOAT32, adam, &fast, &slope, &m, &v) }
    // a handful of float operations for each element
    #expect(relativeError(value, fast.map(Double.init)) <= 5e-7)
    #expect(relativeError(first, m.map(Double.init)) <= 5e-7)
    #expect(relativeError(second, v.map(Double.init)) <= 5e-7)
  }

  /// A step of AdamW on one tensor.
  private func step<Element>(
    _ type: rs_type, _ adam: rs_adam, _ value: inout [Element], _ gradient: inout [Element],
    _ first: inout [Element], _ second: inout [Element]
  ) {
    let count = value.count
    value.withUnsafeMutableBytes { value in
      gradient.withUnsafeMutableBytes { gradient in
        first.withUnsafeMutableBytes { first in
          second.withUnsafeMutableBytes { second in
            var parameter = rs_parameter()
            (parameter.type, parameter.count) = (type, count)
            (parameter.value, parameter.gradient) = (value.baseAddress, gradient.baseAddress)
            (parameter.moments.0, parameter.moments.1) = (first.baseAddress, second.baseAddress)
            (parameter.rate, parameter.decay) = (0.01, 0.1)
            rs_parameters_cut(&parameter, 1)
            rs_adam_step(nil, &parameter, 1, adam, 1)
          }
        }
      }
    }
  }
}
