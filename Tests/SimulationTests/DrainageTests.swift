import Testing

@testable import Simulation

@Suite struct DrainageTests {
  @Test func waterRunsDownAPlaneToItsLowestEdge() {
    let plane = Field(width: 6, height: 5) { x, _ in Float(6 - x) }
    let drainage = Drainage(plane)
    #expect(drainage.receiver[2 * 6 + 2] == 2 * 6 + 3)
    // Columns 1 to 5 of the middle row gather at its right end.
    #expect(drainage.area[2 * 6 + 5] == 5)
  }

  @Test func everyPixelReachesAnOutlet() {
    var random = RandomSource(seed: 6)
    let relief = FractalNoise(wavelength: 10, octaves: 3)
      .field(width: 40, height: 30, random: &random)
    let drainage = Drainage(relief)
    var total: Float = 0
    for pixel in 0..<1200 where drainage.receiver[pixel] == Int32(pixel) {
      total += drainage.area[pixel]
    }
    #expect(total == 1200)
  }

  @Test func aLakeFillsTheValleyBehindItsDam() {
    // A valley along the middle row that falls to the right.
    let valley = Field(width: 12, height: 9) { x, y in Float(12 - x) + 3 * Float(abs(y - 4)) }
    let drainage = Drainage(valley)
    let lake = drainage.lake(
      behind: 4 * 12 + 9, pixels: 3, elevation: valley.values, width: 12)
    #expect(lake == [4 * 12 + 9, 4 * 12 + 8, 4 * 12 + 7])
  }
}
