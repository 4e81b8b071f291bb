import Testing

@testable import rspipe

@Suite("Processors")
struct ProcessorsTests {
  @Test("the mask of CPUs is counted bit by bit")
  func mask() {
    #expect(
      Processors.allowed("Name:\tx\nCpus_allowed:\t00000001,f0000003\nCpus_allowed_list:\t1\n") == 7
    )
    #expect(Processors.allowed("Cpus_allowed:\t0\n") == nil)
    #expect(Processors.allowed("") == nil)
  }

  @Test("there is at least one")
  func count() {
    #expect(Processors.count >= 1)
  }
}
