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
    var adam = rs_adam()
    (adam.beta1, adam.beta2, adam.epsilon) = (0.9, 0.999, 1e-8)
    (adam.correction1, adam.correction2) = (0.1, 0.001)
    func start(_ seed: UInt64) -> [Double] { KernelTensor.random(count, seed: seed).map(abs) }
    func step<Value>(
      _ type: rs_type, _ value: inout [Value], _ gradient: [Value], _ first: inout [Value],
      _ second: inout [Value]
    ) {
      var gradient = gradient
      value.withUnsafeMutableBytes { value in
        gradient.withUnsafeMutableBytes { gradient in
          first.withUnsafeMutableBytes { first in
            second.withUnsafeMutableBytes { second in
              var parameter = rs_parameter()
              (parameter.type, parameter.count) = (type, count)
              (parameter.rate, parameter.decay) = (0.01, 0.1)
              (parameter.value, parameter.gradient) = (value.baseAddress, gradient.baseAddress)
              parameter.moments = (first.baseAddress, second.baseAddress, nil)
              _ = rs_parameters_cut(&parameter, 1)
              rs_adam_step(nil, &parameter, 1, adam, 1)
            }
          }
        }
      }
    }
    var (value, first, second) = (start(1), start(2), start(3))
    step(RS_FLOAT64, &value, start(4), &first, &second)
    var fast = start(1).map(Float.init)
    var (m, v) = (start(2).map(Float.init), start(3).map(Float.init))
    withKernels(isa) { _ in
      step(RS_FLOAT32, &fast, start(4).map(Float.init), &m, &v)
    }
    // a handful of float operations for each element
    #expect(relativeError(value, fast.map(Double.init)) <= 5e-7)
    #expect(relativeError(first, m.map(Double.init)) <= 5e-7)
    #expect(relativeError(second, v.map(Double.init)) <= 5e-7)
  }
}
