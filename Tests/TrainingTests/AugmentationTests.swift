import Engine
import Testing

@testable import Training

struct AugmentationTests {
  /// The windows that many draws give of (2, 2) with two bands, and how often.
  private func draws(flips: Bool, turns: Bool, count: Int = 4000) -> [[Float]: Int] {
    let augmentation = Augmentation(flips: flips, turns: turns)
    var generator = SeededGenerator(seed: 5)
    var found: [[Float]: Int] = [:]
    for _ in 0..<count {
      var pixels: [Float] = [1, 10, 2, 20, 3, 30, 4, 40]
      var labels: [UInt8] = [1, 2, 3, 4]
      augmentation.apply(to: &pixels, labels: &labels, side: 2, bands: 2, using: &generator)
      // bands stay together, and the labels with them
      #expect((0..<4).allSatisfy { pixels[2 * $0 + 1] == 10 * pixels[2 * $0] })
      #expect((0..<4).allSatisfy { Float(labels[$0]) == pixels[2 * $0] })
      found[(0..<4).map { pixels[2 * $0] }, default: 0] += 1
    }
    return found
  }

  private static let turned: Set<[Float]> = [
    [1, 2, 3, 4], [3, 1, 4, 2], [4, 3, 2, 1], [2, 4, 1, 3],
  ]
  private static let mirrored: Set<[Float]> = [
    [2, 1, 4, 3], [3, 4, 1, 2], [1, 3, 2, 4], [4, 2, 3, 1],
  ]

  @Test("Flips and turns give the eight symmetries of a square, each as often")
  func all() {
    let found = draws(flips: true, turns: true)
    #expect(Set(found.keys) == Self.turned.union(Self.mirrored))
    // 500 each, with a standard error of 21
    #expect(found.values.allSatisfy { abs($0 - 500) < 100 })
  }

  @Test("Turns alone are the four quarter turns and mirror nothing")
  func turns() {
    let found = draws(flips: false, turns: true)
    #expect(Set(found.keys) == Self.turned)
    #expect(found.values.allSatisfy { abs($0 - 1000) < 130 })
  }

  @Test("Flips alone swap left and right, up and down")
  func flips() {
    let found = draws(flips: true, turns: false)
    #expect(Set(found.keys) == [[1, 2, 3, 4], [2, 1, 4, 3], [3, 4, 1, 2], [4, 3, 2, 1]])
    #expect(found.values.allSatisfy { abs($0 - 1000) < 130 })
  }

  @Test("Without either a window stays as it is")
  func neither() {
    #expect(draws(flips: false, turns: false, count: 5) == [[1, 2, 3, 4]: 5])
  }

  @Test("A pixel of a larger window goes where its symmetry says")
  func places() {
    // a quarter turn to the right: the left column becomes the first row
    var values = Array(1...9)
    Symmetry.quarterTurns[1].apply(to: &values, side: 3, bands: 1)
    #expect(values == [7, 4, 1, 8, 5, 2, 9, 6, 3])
    Symmetry.quarterTurns[3].apply(to: &values, side: 3, bands: 1)
    #expect(values == Array(1...9))
  }
}
