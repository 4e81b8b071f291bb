import Testing

@testable import Pipelines

struct ProbabilityThresholdTests {
  private func counts(_ positives: [Float], _ negatives: [Float]) -> ProbabilityCounts {
    var counts = ProbabilityCounts()
    for value in positives { counts.add(value, isSecond: true) }
    for value in negatives { counts.add(value, isSecond: false) }
    return counts
  }

  @Test("The best IoU is that of all thresholds tried one by one, as the class rule compares")
  func bestIoU() throws {
    let positives = (0..<400).map { hashed($0, 1, 2).squareRoot() }
    let negatives = (0..<600).map { hashed($0, 3, 4) * hashed($0, 5, 6) }
    let choice = try #require(counts(positives, negatives).best(.iou))
    func iou(_ threshold: Double) -> Double {
      let rule = ClassRule.threshold(threshold)
      func found(_ values: [Float]) -> Int {
        rule.classes(values.map { 1 - $0 } + values, count: values.count).count { $0 == 1 }
      }
      return Double(found(positives)) / Double(positives.count + found(negatives))
    }
    #expect(choice.iou == iou(choice.threshold))
    #expect((0...1000).map { iou(Double($0) / 1000) }.max() == choice.iou)
  }

  @Test("Of equal thresholds the nearest to a half is taken")
  func plateau() {
    #expect(counts([0.9, 0.95], [0.1, 0.2]).best(.iou)?.threshold == 0.5)
    #expect(counts([0.4, 0.45], [0.1, 0.2]).best(.iou)?.threshold == 0.4)
  }

  @Test("A least recall takes the highest threshold that reaches it")
  func leastRecall() {
    let counts = counts([0.25, 0.5, 0.75, 0.875], [0.1, 0.625])
    let half = counts.best(.recall(0.5))
    #expect(half == ProbabilityCounts.Choice(threshold: 0.75, iou: 0.5, recall: 0.5))
    #expect(counts.best(.recall(0.51))?.threshold == 0.5)
    #expect(counts.best(.recall(1))?.threshold == 0.25)
  }

  @Test("Without pixels of the second class there is no threshold")
  func nothing() {
    #expect(counts([], [0.5]).best(.iou) == nil)
    #expect(ProbabilityCounts().best(.recall(0.9)) == nil)
  }
}
