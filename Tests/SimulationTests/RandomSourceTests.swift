import Testing

@testable import Simulation

@Suite struct RandomSourceTests {
  @Test func theSequenceIsThatOfTheReferenceImplementation() {
    // SplitMix64 and xoshiro256** as published, run with seed 0 outside this project.
    var random = RandomSource(seed: 0)
    let numbers = (0..<3).map { _ in random.next() }
    #expect(numbers == [0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A, 0x1A5F_849D_4933_E6E0])
  }

  @Test func streamsOfOneSeedDiffer() {
    var a = RandomSource(seed: 5, stream: 1)
    var b = RandomSource(seed: 5, stream: 2)
    #expect((0..<4).map { _ in a.next() } != (0..<4).map { _ in b.next() })
  }

  @Test func gaussianNumbersHaveMeanZeroAndDeviationOne() {
    var random = RandomSource(seed: 1)
    let numbers = (0..<40_000).map { _ in Double(random.gaussian()) }
    let mean = numbers.reduce(0, +) / 40_000
    let variance = numbers.reduce(0) { $0 + $1 * $1 } / 40_000
    // Four standard errors: 4/200 for the mean, and about 4·√2/200 for the variance.
    #expect(abs(mean) < 0.02)
    #expect(abs(variance - 1) < 0.03)
  }

  @Test func drawnIndicesCoverTheirRangeEvenly() {
    var random = RandomSource(seed: 2)
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<10_000 { counts[random.index(below: 5)] += 1 }
    // The standard deviation of a count is 40.
    for count in counts { #expect(abs(count - 2000) < 200) }
  }
}
