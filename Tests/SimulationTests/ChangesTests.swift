import Testing

@testable import Simulation

@Suite struct ChangesTests {
  private let terrain = Terrain(seed: 7, width: 256, height: 256, pixelSizeMetres: 30)

  private func changes(strength: Float) -> (LandCover, Changes) {
    let land = LandCover(seed: 7, terrain: terrain, changeStrength: strength)
    return (
      land,
      Changes(
        seed: 7, land: land, terrain: terrain, before: land.composition, strength: strength)
    )
  }

  @Test func grassDriesAtAnyStrength() {
    let (land, calm) = changes(strength: 0)
    for pixel in land.cover.indices where land.cover[pixel] == .grass {
      #expect(calm.after[pixel][.greenHerb] <= land.composition[pixel][.greenHerb])
    }
    #expect(!calm.stubbleFires.contains(true))
    #expect(calm.wetness.values.allSatisfy { $0 == 0 })
  }

  @Test func fieldsAreHarvestedAndSownAsWholes() {
    let (land, busy) = changes(strength: 1)
    var harvested: Set<UInt64> = []
    var sown: Set<UInt64> = []
    for pixel in land.field.indices where land.field[pixel] != 0 {
      let change = busy.after[pixel][.greenCrop] - land.composition[pixel][.greenCrop]
      if change < -0.3 { harvested.insert(land.field[pixel]) }
      if change > 0.3 { sown.insert(land.field[pixel]) }
    }
    #expect(!harvested.isEmpty && !sown.isEmpty)
    #expect(harvested.isDisjoint(with: sown))
  }

  @Test func noCharComesFromChanges() {
    let (_, busy) = changes(strength: 2)
    #expect(busy.after.allSatisfy { $0[.char] == 0 && $0[.ash] == 0 })
  }
}
