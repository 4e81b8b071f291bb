import Testing

@testable import Simulation

@Suite struct FireSpreadTests {
  private let side = 81
  private let ignition = 40 * 81 + 40

  private func burn(
    fuel: [Float]? = nil, elevation: [Float]? = nil, wind: SIMD2<Float> = .zero, size: Int = 900,
    dryness: Float = 1
  ) -> [Int] {
    var random = RandomSource(seed: 12)
    let level = [Float](repeating: 0, count: side * side)
    var spread = FireSpread(
      fuel: fuel ?? level.map { _ in 0.8 }, elevation: elevation ?? level, width: side,
      height: side, pixelSizeMetres: 30, random: &random)
    return spread.burn(
      from: ignition, size: size, wind: wind, dryness: dryness, random: &random)
  }

  private func meanOffset(_ fire: [Int]) -> (x: Double, y: Double) {
    let x = fire.reduce(0) { $0 + $1 % side - 40 }
    let y = fire.reduce(0) { $0 + $1 / side - 40 }
    return (Double(x) / Double(fire.count), Double(y) / Double(fire.count))
  }

  @Test func aFireIsConnectedAndOfTheSizeAskedFor() {
    let fire = burn(size: 300)
    #expect(fire.count == 300)
    #expect(Set(fire).count == 300)
    var reached: Set = [ignition]
    for pixel in fire.dropFirst() {
      let neighbours = [-82, -81, -80, -1, 1, 80, 81, 82].map { pixel + $0 }
      #expect(neighbours.contains { reached.contains($0) })
      reached.insert(pixel)
    }
  }

  @Test func fireRunsUphill() {
    let slope = (0..<side * side).map { Float($0 % side) * 12 }
    #expect(meanOffset(burn(elevation: slope)).x > meanOffset(burn()).x + 3)
  }

  @Test func fireRunsDownTheWind() {
    #expect(meanOffset(burn(wind: SIMD2(0, 1.2), size: 300)).y > 3)
  }

  @Test func fireDoesNotCrossWhatDoesNotBurn() {
    let fuel: [Float] = (0..<side * side).map { $0 % side == 50 ? 0 : 0.8 }
    #expect(burn(fuel: fuel, size: 4000).allSatisfy { $0 % side < 50 })
  }

  @Test func moistPatchesLeaveIslands() {
    #expect(burn(size: 6000, dryness: 0).count < burn(size: 6000, dryness: 1).count)
  }

  @Test func aSeasonBurnsWhatIsAskedForInFiresOfManySizes() {
    var random = RandomSource(seed: 13)
    let count = 256 * 256
    let fuel = [Float](repeating: 0.7, count: count)
    var spread = FireSpread(
      fuel: fuel, elevation: fuel, width: 256, height: 256, pixelSizeMetres: 30, random: &random)
    let season = FireSeason(
      pixels: 6000, ages: (3, 9), spread: &spread, fuel: fuel, width: 256, random: &random)
    #expect(season.fires.reduce(0) { $0 + $1.pixels.count } == 6000)
    #expect(spread.burned.filter { $0 }.count == 6000)
    #expect((season.fires.first?.pixels.count ?? 0) > 500)
    #expect((season.fires.last?.pixels.count ?? 0) < 100)
    #expect(season.fires.allSatisfy { (3...9).contains($0.ageDays) })
  }
}
