import Testing

@testable import Pipelines

struct SeverityMeasureTests {
  @Test("A class begins at its threshold")
  func borders() {
    let limits = SeverityMeasure.dnbr.usualThresholds.map { Float($0) }
    let values: [Float] = [
      -1, Float(0.1).nextDown, 0.1, Float(0.27).nextDown, 0.27, Float(0.66).nextDown, 0.66, 2, .nan,
    ]
    #expect(
      SeverityClasses.classes(values, thresholds: limits) == [0, 0, 1, 1, 2, 2, 3, 3, 255])
  }

  @Test("The usual thresholds are the defaults of the stage")
  func defaults() {
    for measure in SeverityMeasure.allCases {
      let setting = SeverityStage.component.settings.first { $0.key == measure.rawValue }
      let text = measure.usualThresholds.map { "\($0)" }.joined(separator: ", ")
      #expect(setting?.defaultText == "[\(text)]")
    }
  }

  @Test("RdNBR is dNBR less its offset over the root of |NBR before|")
  func relative() {
    #expect(SeverityMeasure.dnbr.value(dnbr: 0.75, before: 0.25, offset: 0.25) == 0.5)
    #expect(SeverityMeasure.rdnbr.value(dnbr: 0.75, before: 0.25, offset: 0.25) == 1)
    #expect(SeverityMeasure.rdnbr.value(dnbr: 0.75, before: -0.25, offset: 0.25) == 1)
    // the root of 0.001 is 0.0316
    let bare = SeverityMeasure.rdnbr.value(dnbr: 0.1, before: 0, offset: 0)
    #expect(abs(bare - 3.1623) < 1e-4)
  }
}
