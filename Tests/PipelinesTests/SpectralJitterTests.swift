import Engine
import Testing

@testable import Pipelines

struct SpectralJitterTests {
  private static let bands = ["pre.red", "pre.nir", "post.red", "post.nir"]

  private func draws(
    _ count: Int, strength: Double, weakening: Double = 0, seed: UInt64 = 1, before: String = "pre"
  ) -> [[BandChange]] {
    let jitter = SpectralJitter(
      bands: Self.bands, deviations: [0.1, 0.2, 0.1, 0.2], strength: strength,
      weakening: weakening, before: before, after: "post")
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in jitter.draw(using: &generator) }
  }

  private func correlation(_ a: [Float], _ b: [Float]) -> Double {
    let n = Double(a.count)
    let (meanA, meanB) = (a.reduce(0) { $0 + Double($1) } / n, b.reduce(0) { $0 + Double($1) } / n)
    let products = zip(a, b).map { (Double($0) - meanA, Double($1) - meanB) }
    let covariance = products.reduce(0) { $0 + $1.0 * $1.1 }
    let squares = products.reduce((0.0, 0.0)) { ($0.0 + $1.0 * $1.0, $0.1 + $1.1 * $1.1) }
    return covariance / (squares.0 * squares.1).squareRoot()
  }

  @Test("A layer stays as it is")
  func layer() {
    let jitter = SpectralJitter(
      bands: ["pre.nir", "post.nir", "dem"], deviations: [1, 1, 100], strength: 0.3, weakening: 0.5,
      before: "pre", after: "post")
    var generator = SeededGenerator(seed: 1)
    let changes = jitter.draw(using: &generator)
    #expect(changes[0].gain != 1 && changes[1].earlier == 0)
    #expect(changes[2] == BandChange(gain: 1, shift: 0))
  }

  @Test("Changes are common to a band on all dates, but for a third")
  func common() {
    let draws = draws(4000, strength: 0.1)
    let gains = (0..<4).map { band in draws.map { $0[band].gain } }
    // common variance 1, own (1/3)²: correlation 1 / (1 + 1/9) = 0.9; its error is 0.003
    #expect(abs(correlation(gains[0], gains[2]) - 0.9) < 0.015)
    #expect(abs(correlation(gains[1], gains[3]) - 0.9) < 0.015)
    // different bands are independent; the error is 0.016
    #expect(abs(correlation(gains[0], gains[1])) < 0.06)
  }

  @Test("Gains spread by the strength, shifts by the strength in deviations of the band")
  func spread() {
    let draws = draws(4000, strength: 0.1)
    func deviation(_ values: [Float]) -> Double {
      let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
      let sum = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      return (sum / Double(values.count)).squareRoot()
    }
    // 0.1 · √(1 + 1/9) = 0.1054, with an error of 1.1 %
    #expect(abs(deviation(draws.map { $0[0].gain }) - 0.1054) < 0.006)
    #expect(abs(deviation(draws.map { $0[0].shift }) - 0.01054) < 0.0006)
    #expect(abs(deviation(draws.map { $0[3].shift }) - 0.02108) < 0.0012)
  }

  @Test("A gain never turns a band over, and no strength means no change")
  func limits() {
    #expect(draws(500, strength: 1).allSatisfy { $0.allSatisfy { $0.gain >= 0.1 } })
    #expect(draws(1, strength: 0) == [[]])
  }

  @Test("The change between the dates is weakened by one share for all bands of the later one")
  func weakening() {
    let draws = draws(2000, strength: 0, weakening: 0.6)
    #expect(draws.allSatisfy { $0.map(\.earlier) == [nil, nil, 0, 1] })
    #expect(draws.allSatisfy { $0[2].share == $0[3].share && $0[2].gain == 1 && $0[2].shift == 0 })
    let shares = draws.map { Double($0[2].share) }
    #expect(shares.allSatisfy { $0 >= 0.4 && $0 <= 1 })
    // even over 0.4 … 1: the mean is 0.7, with an error of 0.004
    #expect(abs(shares.reduce(0, +) / 2000 - 0.7) < 0.016)
    // one image has no earlier one
    #expect(
      self.draws(3, strength: 0, weakening: 0.6, before: "post").allSatisfy {
        $0.allSatisfy { $0.earlier == nil }
      })
  }

  @Test("The seed decides the draw")
  func seeds() {
    #expect(draws(3, strength: 0.1) == draws(3, strength: 0.1))
    #expect(draws(3, strength: 0.1) != draws(3, strength: 0.1, seed: 2))
  }
}
