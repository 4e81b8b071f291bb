import Testing

@testable import Simulation

@Suite struct TerrainTests {
  private let terrain = Terrain(seed: 7, width: 192, height: 160, pixelSizeMetres: 30)

  @Test func slopesAreThoseOfRealMountains() {
    let steepest = terrain.elevation.indices.map(terrain.steepness).max() ?? 0
    #expect(steepest > 0.1 && steepest < 1.5)
    #expect(terrain.elevation.allSatisfy { (-200..<4000).contains($0) })
  }

  @Test func gradientsAreCentralDifferences() {
    let pixel = 70 * 192 + 50
    let east = (terrain.elevation[pixel + 1] - terrain.elevation[pixel - 1]) / 60
    let south = (terrain.elevation[pixel + 192] - terrain.elevation[pixel - 192]) / 60
    // One rounding each of heights near 1000 m.
    #expect(abs(terrain.gradientX[pixel] - east) < 1e-5)
    #expect(abs(terrain.gradientY[pixel] - south) < 1e-5)
  }

  @Test func anotherSeedGivesAnotherTerrain() {
    let other = Terrain(seed: 8, width: 192, height: 160, pixelSizeMetres: 30)
    #expect(other.elevation != terrain.elevation)
  }
}
