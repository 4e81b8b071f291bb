import Glibc
import Testing

@testable import Simulation

@Suite struct PortableMathTests {
  @Test func theFunctionsAgreeWithTheCLibrary() {
    for step in -60...60 {
      let x = Float(step) * 0.1
      // Both are right to about one part in 10^6, the precision of the constants in Float.
      #expect(abs(PortableMath.exp(x) / Glibc.exp(x) - 1) < 1e-6)
      #expect(abs(PortableMath.sin(x) - Glibc.sin(x)) < 2e-6)
      #expect(abs(PortableMath.cos(x) - Glibc.cos(x)) < 2e-6)
    }
  }

  @Test func aStepRunsFromOneBoundToTheOther() {
    #expect(Float(1).step(1, 3) == 0)
    #expect(Float(2).step(1, 3) == 0.5)
    #expect(Float(4).step(1, 3) == 1)
    #expect(Float(2.5).step(3, 1) == Float(1.5).step(1, 3))
  }
}
