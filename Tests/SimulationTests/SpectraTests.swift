import Testing

@testable import Simulation

/// The normalised burn ratio (Key and Benson 2006).
func burnRatio(_ bands: Bands) -> Float { (bands[3] - bands[5]) / (bands[3] + bands[5]) }

/// The normalised difference vegetation index.
func vegetationIndex(_ bands: Bands) -> Float { (bands[3] - bands[2]) / (bands[3] + bands[2]) }

@Suite struct SpectraTests {
  @Test func indicesOfPureMaterialsLieWhereTheLiteraturePutsThem() {
    for green in [Material.conifer, .broadleaf, .greenHerb, .greenCrop] {
      #expect(vegetationIndex(green.reflectance) > 0.7)
      #expect(burnRatio(green.reflectance) > 0.45)
    }
    #expect(burnRatio(Material.char.reflectance) < -0.2)
    #expect((0.02..<0.2).contains(vegetationIndex(Material.paleSoil.reflectance)))
    #expect(abs(burnRatio(Material.dryHerb.reflectance)) < 0.15)
    #expect(Material.clearWater.reflectance[3] < 0.02)
  }

  @Test func everyReflectanceIsPossibleAndTheSpareLanesAreEmpty() {
    for material in Material.allCases {
      let bands = material.reflectance
      for band in 0..<6 { #expect(bands[band] > 0 && bands[band] < 0.7) }
      #expect(bands[6] == 0 && bands[7] == 0)
    }
  }

  @Test func mixturesAreLinearAndTheRestIsShade() {
    var mix = Composition.zero
    mix[.paleSoil] = 0.5
    mix[.conifer] = 0.25
    let expected =
      0.5 * Material.paleSoil.reflectance + 0.25 * Material.conifer.reflectance
      + 0.25 * Material.shade
    // Three roundings of numbers below 1.
    for band in 0..<6 { #expect(abs(mix.reflectance[band] - expected[band]) < 1e-6) }
  }

  @Test func turningKeepsTheTotal() {
    var mix = Composition.zero
    mix[.greenHerb] = 0.5
    mix.turn(0.5, of: .greenHerb, into: .dryHerb)
    #expect(mix[.greenHerb] == 0.25)
    #expect(mix[.dryHerb] == 0.25)
    #expect(mix.green == 0.25)
  }
}
