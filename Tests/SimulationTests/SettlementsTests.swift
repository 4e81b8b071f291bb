import Testing

@testable import Simulation

@Suite struct SettlementsTests {
  @Test func townsAreBuiltOnDryGroundAndHaveRoads() {
    let terrain = Terrain(seed: 11, width: 256, height: 256, pixelSizeMetres: 30)
    let water = WaterBodies(seed: 11, terrain: terrain, change: 1)
    let towns = Settlements(seed: 11, terrain: terrain, water: water.before)
    #expect(!towns.centres.isEmpty)
    #expect(towns.centres.allSatisfy { water.before[$0] < 0.2 })
    #expect(towns.built.values.contains { $0 > 0.9 })
    // A road leads from the first town to the edge of the scene.
    let edges = towns.road.values.indices.filter { pixel in
      let (x, y) = (pixel % 256, pixel / 256)
      return min(x, y, 255 - x, 255 - y) < 4
    }
    #expect(edges.contains { towns.road[$0] > 0.1 })
  }
}
