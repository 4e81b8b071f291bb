import Testing

@testable import Simulation

@Suite struct ParcelsTests {
  private func sizes(pivotShare: Float) -> [UInt64: Int] {
    let parcels = Parcels(
      seed: 9, width: 160, height: 160, regionSize: 110, breadths: (8, 12),
      pivotShare: pivotShare)
    var sizes: [UInt64: Int] = [:]
    for y in 0..<160 {
      for x in 0..<160 { sizes[parcels.place(x: x, y: y).key, default: 0] += 1 }
    }
    return sizes
  }

  @Test func parcelsHaveTheSizeOfFields() {
    let sizes = sizes(pivotShare: 0)
    // From half an 8 × 9 field to a 12 × 36 one stretched by 1.3; regions cut some smaller.
    #expect((40...600).contains(sizes.count))
    #expect(sizes.values.allSatisfy { $0 <= 12 * 36 * 13 / 10 + 60 })
  }

  @Test func pivotsAreCirclesOfEqualSize() {
    let largest = sizes(pivotShare: 1).values.max() ?? 0
    // Radius 0.48 · 2.1 · 11 to 12 pixels: an area of 386 to 460.
    #expect((360...500).contains(largest))
  }
}
