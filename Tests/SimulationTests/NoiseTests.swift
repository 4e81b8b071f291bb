import Testing

@testable import Simulation

@Suite struct NoiseTests {
  @Test func noiseIsCentredAndBounded() {
    var random = RandomSource(seed: 4)
    let field = FractalNoise(wavelength: 16, octaves: 4)
      .field(width: 128, height: 128, random: &random)
    let mean = field.values.reduce(0, +) / Float(field.values.count)
    // Some 64 waves of deviation 0.45 average to about 0.06.
    #expect(abs(mean) < 0.2)
    #expect(field.values.allSatisfy { abs($0) < 2.5 })
    #expect(field.values.contains { $0 > 0.5 } && field.values.contains { $0 < -0.5 })
  }

  @Test func neighboursAreAlikeAndDistantPixelsAreNot() {
    var random = RandomSource(seed: 5)
    let field = FractalNoise(wavelength: 32, octaves: 1)
      .field(width: 128, height: 128, random: &random)
    func difference(_ lag: Int) -> Float {
      var sum: Float = 0
      for y in 0..<128 {
        for x in 0..<64 { sum += abs(field[y * 128 + x] - field[y * 128 + x + lag]) }
      }
      return sum
    }
    #expect(difference(1) * 5 < difference(32))
  }
}
