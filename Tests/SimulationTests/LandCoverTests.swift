import Testing

@testable import Simulation

@Suite struct LandCoverTests {
  private let land = LandCover(
    seed: 7, terrain: Terrain(seed: 7, width: 320, height: 320, pixelSizeMetres: 30),
    changeStrength: 1)

  @Test func everyClassOccursAndNoneRules() {
    for kind in Cover.allCases {
      let share = Float(land.cover.filter { $0 == kind }.count) / Float(land.cover.count)
      #expect(share > 0 && share < 0.7, "\(kind) covers \(share)")
    }
  }

  @Test func sharesOfMaterialsArePossible() {
    for mix in land.composition {
      var total: Float = 0
      for lane in 0..<16 {
        #expect(mix[lane] >= 0)
        total += mix[lane]
      }
      // Uneven soils and crops may exceed the whole by their texture.
      #expect(total < 1.15)
    }
  }

  @Test func forestsAreGreenAndWaterIsDark() {
    for (kind, mix) in zip(land.cover, land.composition) {
      let bands = mix.reflectance
      if kind == .forest { #expect(vegetationIndex(bands) > 0.3) }
      if kind == .water { #expect(bands[4] < 0.2) }
    }
  }
}
