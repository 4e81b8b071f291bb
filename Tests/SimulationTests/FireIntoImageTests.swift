import Testing

@testable import Simulation

@Suite struct FireIntoImageTests {
  private let side = 120

  /// A forest on the left, bare ground on the right, in bytes.
  private func image() -> [[Float]] {
    var random = RandomSource(seed: 20)
    let forest: [Float] = [60, 45, 35, 140, 60, 25]
    let bare: [Float] = [95, 90, 100, 60, 120, 95]
    return (0..<6).map { band in
      (0..<side * side).map { pixel in
        ((pixel % side < 80 ? forest[band] : bare[band]) + 4 * random.gaussian()).rounded()
      }
    }
  }

  private func burn(_ planes: [[Float]], observed: [Bool]? = nil, seed: UInt64 = 1)
    -> FireIntoImage.Result
  {
    FireIntoImage(seed: seed).burn(
      planes: planes, elevation: nil,
      observed: observed ?? [Bool](repeating: true, count: side * side), width: side,
      height: side, pixelSizeMetres: 30)
  }

  @Test func onlyVegetationBurnsAndAboutTheShareAskedFor() {
    let result = burn(image())
    let burned = result.truth.indices.filter { result.truth[$0] == 1 }
    #expect((0.08...0.1).contains(Double(burned.count) / Double(side * side)))
    // Noise lets a few bare pixels pass for plants.
    #expect(burned.filter { $0 % side >= 80 }.count * 50 <= burned.count)
    #expect(
      result.truth.indices.allSatisfy { (result.severity[$0] > 0) == (result.truth[$0] == 1) })
  }

  @Test func nearInfraredFallsAndShortWaveInfraredRises() {
    let planes = image()
    let result = burn(planes)
    let severe = result.severity.indices.filter { result.severity[$0] > 0.5 }
    #expect(severe.count > 50)
    func change(_ band: Int) -> Float {
      severe.reduce(0) { $0 + result.post[band][$1] - planes[band][$1] } / Float(severe.count)
    }
    #expect(change(3) < -30)
    #expect(change(5) > 4)
  }

  @Test func wholeNumbersStayWholeAndInTheRangeOfTheBand() {
    let planes = image()
    let result = burn(planes)
    for band in 0..<6 {
      let range = (planes[band].min() ?? 0)...(planes[band].max() ?? 0)
      #expect(result.post[band].allSatisfy { $0 == $0.rounded() && range.contains($0) })
    }
    let fractions = burn(planes.map { $0.map { $0 / 255 } })
    #expect(fractions.post[3].allSatisfy { (0...1).contains($0) })
  }

  @Test func theSurroundingsAreNotTheSameNumbers() {
    let planes = image()
    let result = burn(planes)
    let unburned = result.truth.indices.filter { result.truth[$0] == 0 }
    let equal = unburned.filter { result.post[3][$0] == planes[3][$0] }.count
    #expect(equal * 2 < unburned.count)
    let drift = unburned.reduce(0) { $0 + abs(result.post[3][$1] - planes[3][$1]) }
    // A gain of at most 3 % and noise of 1.2 % of the range.
    #expect(drift / Float(unburned.count) < 4)
  }

  @Test func unobservedPixelsStayAsTheyAre() {
    let planes = image()
    let observed = (0..<side * side).map { $0 / side > 10 }
    let result = burn(planes, observed: observed)
    for pixel in 0..<side * 11 {
      #expect(result.truth[pixel] == 255)
      #expect(result.post[4][pixel] == planes[4][pixel])
    }
    let nothing = burn(planes, observed: [Bool](repeating: false, count: side * side))
    #expect(nothing.post == planes)
    #expect(nothing.truth.allSatisfy { $0 == 255 })
  }

  @Test func theSeedDecides() {
    #expect(burn(image(), seed: 1) == burn(image(), seed: 1))
    #expect(burn(image(), seed: 1).truth != burn(image(), seed: 2).truth)
  }
}
