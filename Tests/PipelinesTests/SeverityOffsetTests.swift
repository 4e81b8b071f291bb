import Testing

@testable import Pipelines

struct SeverityOffsetTests {
  private func histogram(_ values: [Float]) -> DifferenceHistogram {
    var histogram = DifferenceHistogram()
    for value in values { histogram.add(value) }
    return histogram
  }

  /// 200 unburned pixels around 0, 50 of low, 80 of moderate severity.
  private static let scene: [Float] =
    (0..<200).map { [-0.02, -0.01, 0, 0.01, 0.02][$0 % 5] } + Array(repeating: 0.2, count: 50)
    + Array(repeating: 0.5, count: 80)

  @Test("The median of a histogram is that of the values below the limit, to half a step")
  func median() throws {
    let values: [Float] = [0.3, -0.2, 0.01, 0.5, 0.1, -3, 3]
    let sample = histogram(values)
    #expect(sample.count == 7)
    // -2, -0.2, 0.01, 0.1, 0.3, 0.5, 2; a limit leaves its own value out
    for (limit, median, count) in [
      (Double.infinity, 0.1, 7), (0.5, 0.01, 5), (0.1, -0.2, 3), (-0.25, -2, 1),
    ] {
      let found = try #require(sample.median(below: limit))
      #expect(found.count == count)
      #expect(abs(found.value - median) <= 0.000_251, "\(limit)")
    }
    #expect(sample.median(below: -2) == nil)
  }

  @Test(
    "What is added to all dNBR is the offset, as long as unburned pixels stay below the threshold",
    arguments: [-0.6, -0.25, -0.05, 0, 0.03, 0.06])
  func constant(_ added: Float) {
    let offset = SeverityOffset(
      histogram(SeverityOffsetTests.scene.map { $0 + added }), threshold: 0.1)
    // half a step, and half of one for the rounding of the values
    #expect(abs(offset.value - Double(added)) <= 0.0005)
    #expect(offset.pixels == 200 && offset.candidates == 330)
  }

  @Test("A scene that burned all over keeps its dNBR and says so")
  func allBurned() {
    let offset = SeverityOffset(
      histogram(Array(repeating: 0.5, count: 1000) + Array(repeating: 0.02, count: 99)),
      threshold: 0.1)
    #expect(offset.value == 0 && offset.pixels == 0 && offset.candidates == 1099)
    #expect(
      offset.text == "offset of dNBR 0: of 1099 vegetated pixels too few look unburned; map more "
        + "of the surroundings, or set 'offset'")
  }

  @Test("One pixel more than the least is enough, a hundredth of a large scene needed")
  func least() {
    let unburned = Array(repeating: Float(0.02), count: 100)
    func pixels(_ burned: Int) -> Int {
      SeverityOffset(
        histogram(unburned + Array(repeating: 0.5, count: burned)), threshold: 0.1
      ).pixels
    }
    #expect(pixels(9900) == 100)
    #expect(pixels(9901) == 0)
    #expect(SeverityOffset(histogram(Array(unburned.dropLast())), threshold: 0.1).pixels == 0)
  }

  @Test("Pixels known to be unburned give their median, however large")
  func known() {
    let offset = SeverityOffset(
      unburned: histogram(Array(repeating: 0.3, count: 150)), candidates: 1000)
    #expect(abs(offset.value - 0.3) <= 0.0005 && offset.pixels == 150)
    #expect(offset.text == "offset of dNBR 0.3003, the median of 150 unburned pixels")
  }

  @Test("No vegetation, no offset")
  func nothing() {
    #expect(SeverityOffset(DifferenceHistogram(), threshold: 0.1).value == 0)
  }
}
