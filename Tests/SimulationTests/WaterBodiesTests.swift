import Testing

@testable import Simulation

@Suite struct WaterBodiesTests {
  private let terrain = Terrain(seed: 7, width: 256, height: 256, pixelSizeMetres: 30)

  @Test func sharesOfWaterLieBetweenZeroAndOne() {
    let water = WaterBodies(seed: 7, terrain: terrain, change: 1)
    #expect(water.before.values.allSatisfy { (0...1).contains($0) })
    #expect(water.after.values.allSatisfy { (0...1).contains($0) })
    let share = water.before.values.reduce(0, +) / 65_536
    #expect(share > 0.002 && share < 0.1)
  }

  @Test func levelsChangeOnlyWhereAskedFor() {
    let calm = WaterBodies(seed: 7, terrain: terrain, change: 0)
    #expect(calm.before == calm.after)
    let moving = WaterBodies(seed: 7, terrain: terrain, change: 1)
    #expect(moving.before != moving.after)
  }
}
