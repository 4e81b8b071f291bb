import CKernels
import Foundation
import Testing

/// The vector GELU against the error function of the C library.
struct GELUTests {
  /// Values from -30 to 30, near 0, and where the two polynomials of the error function meet.
  private static let values: [Double] =
    (-3000...3000).map { Double($0) / 100 } + [1e-30, -1e-30, 1.3120, 1.3119, 1e4, -1e4]

  private static func tensor(_ values: [Double]) -> KernelTensor {
    let tensor = KernelTensor(1, 1, (values.count + 36) / 37, 37)
    let size = tensor.values.count
    tensor.write(values + Array(repeating: 0, count: size - values.count))
    return tensor
  }

  @Test(arguments: instructionSets)
  func valuesAndSlopesAreThoseOfTheErrorFunction(isa: rs_isa) {
    let (x, y) = (Self.tensor(Self.values), Self.tensor(Self.values))
    let dy = Self.tensor(Self.values.map { _ in 1 })
    let dx = Self.tensor(Self.values.map { _ in 0.5 })
    withKernels(isa, threads: 2) { pool in
      rs_gelu_forward(RS_FLOAT32, pool, [x.view], [y.view])
      rs_gelu_backward(RS_FLOAT32, pool, [x.view], [dy.view], [dx.view], 1)
    }
    for (x, (y, slope)) in zip(Self.values, zip(y.values, dx.values)) {
      let x = Double(Float(x))
      let normal = 0.5 * erfc(-x / 2.0.squareRoot())
      // erf is good to 6e-8, and 1 + erf loses the rest for negative x
      #expect(abs(y - x * normal) <= 1.5e-7 * max(1, abs(x)), "\(x)")
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      #expect(abs(slope - 0.5 - normal - x * density) <= 3e-7, "\(x)")
    }
    #expect(y.guardsHold && dx.guardsHold)
  }

  @Test(arguments: instructionSets)
  func aNaNStaysANaN(isa: rs_isa) {
    let (x, y) = (KernelTensor(1, 1, 1, 20, surplus: 0), KernelTensor(1, 1, 1, 20, surplus: 0))
    x.write((0..<20).map { $0 == 3 || $0 == 18 ? .nan : 1 })
    withKernels(isa) { rs_gelu_forward(RS_FLOAT32, $0, [x.view], [y.view]) }
    for (index, value) in y.values.enumerated() {
      #expect(value.isNaN == (index == 3 || index == 18))
    }
  }
}
