import Testing

@testable import Simulation

@Suite struct SeverityTests {
  private let soil = SIMD3<Float>(0.6, 0.3, 0.1)

  private func forest() -> Composition {
    var mix = Composition.zero
    mix[.conifer] = 0.75
    mix[.greenHerb] = 0.05
    mix[.dryHerb] = 0.05
    return mix
  }

  private func burned(_ mix: Composition, _ severity: Float, age: Float = 5, ash: Float = 0)
    -> Bands
  {
    Severity.burned(mix, severity: severity, ageDays: age, ash: ash, soil: soil).reflectance
  }

  @Test func theBurnRatioFallsWithSeverity() {
    let ratios = [0.1, 0.3, 0.5, 0.7, 0.9].map { burnRatio(burned(forest(), $0)) }
    let before = burnRatio(forest().reflectance)
    #expect(zip([before] + ratios, ratios).allSatisfy { $0 > $1 })
    // Key and Benson (2006): high severity in forests begins at a dNBR of 0.66.
    #expect(before - ratios[4] > 0.66)
    #expect((0.03...0.3).contains(before - ratios[0]))
  }

  @Test func charFadesWithAge() {
    #expect(burned(forest(), 0.8, age: 60)[2] > burned(forest(), 0.8, age: 2)[2])
  }

  @Test func ashIsBright() {
    #expect(burned(forest(), 0.9, ash: 1)[2] > 1.3 * burned(forest(), 0.9, ash: 0)[2])
  }

  @Test func burningNeitherCreatesNorTurnsNegative() {
    for severity in stride(from: Float(0), through: 1, by: 0.1) {
      let mix = Severity.burned(forest(), severity: severity, ageDays: 30, ash: 1, soil: soil)
      var total: Float = 0
      for lane in 0..<16 {
        #expect(mix[lane] >= 0)
        total += mix[lane]
      }
      #expect(total <= 1.001)
    }
  }

  @Test func onlyThePixelsOfFiresAreRated() {
    var random = RandomSource(seed: 14)
    let fire = Fire(pixels: [45, 46, 55, 56], intensity: 0.7, ageDays: 12)
    let severity = Severity(
      fires: [fire], load: [Float](repeating: 0.8, count: 100),
      steepness: [Float](repeating: 0, count: 100), width: 10, height: 10, random: &random)
    for pixel in 0..<100 {
      let isBurned = fire.pixels.contains(pixel)
      #expect((severity.values[pixel] >= Severity.least) == isBurned)
      #expect(severity.ageDays[pixel] == (isBurned ? 12 : 0))
    }
  }
}
