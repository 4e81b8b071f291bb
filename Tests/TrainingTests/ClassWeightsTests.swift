import Configuration
import Engine
import TestSupport
import Testing

@testable import Training

struct ClassWeightsTests {
  @Test func everyRuleGivesTheReferenceWeights() throws {
    let document = try ReferenceFolder().json("class_weights")
    var tally = ReferenceTally("class weights")
    let described = try #require(document["rules"]).keys
    for set in try #require(document["sets"]?.array) {
      let counts = try #require(set["counts_per_image"]?.all(\.ints))
      // 1e-12 but for effective_number of large counts, where 1 - beta^n loses digits
      for rule in ClassWeightRule.allCases where rule != .effectiveNumber {
        guard let expected = set[rule.rawValue]?.doubles else { continue }
        let found = ClassWeights.weights(rule, countsPerImage: counts)
        #expect(isClose(found, expected, 1e-12), "\(set["name"] ?? .null), \(rule)")
        tally.compared()
      }
      for row in set[ClassWeightRule.effectiveNumber.rawValue]?.array ?? [] {
        let beta = try #require(row["beta"]?.double)
        let found = ClassWeights.weights(.effectiveNumber, countsPerImage: counts, beta: beta)
        let isLarge = counts.joined().contains { $0 > 1_000_000 }
        #expect(
          isClose(found, try #require(row["weights"]?.doubles), isLarge ? 1e-9 : 1e-12),
          "\(set["name"] ?? .null), beta \(beta)")
        tally.compared()
      }
      if let expected = set["pos_weight"]?.double {
        let totals = counts.reduce([0, 0]) { [$0[0] + $1[0], $0[1] + $1[1]] }
        let found = ClassWeights.positiveWeight(background: totals[0], foreground: totals[1])
        #expect(isClose([found], [expected], 1e-12))
        tally.compared()
      }
    }
    let offered = ClassWeightRule.allCases.map(\.rawValue) + ["pos_weight", "absent"]
    for rule in described where !offered.contains(rule) { tally.notBuiltYet(rule) }
    print(tally)
    #expect(tally.comparedCount > 0)
  }

  private func isClose(_ found: [Double], _ expected: [Double], _ tolerance: Double) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * abs($1) }
  }

  @Test(arguments: ClassWeightRule.allCases)
  func absentClassesWeighNothing(rule: ClassWeightRule) {
    let weights = ClassWeights.weights(rule, countsPerImage: [[5, 0, 1], [3, 0, 0]])
    #expect(weights[1] == 0 && weights[0] > 0 && weights[2] > weights[0])
    #expect(ClassWeights.weights(rule, countsPerImage: [[0, 0]]) == [0, 0])
    #expect(ClassWeights.weights(rule, countsPerImage: []) == [])
  }

  @Test func effectiveNumberRunsFromEvenWeightsToInverseFrequency() {
    let counts = [[10, 1000]]
    #expect(ClassWeights.weights(.effectiveNumber, countsPerImage: counts, beta: 0) == [1, 1])
    let near = ClassWeights.weights(.effectiveNumber, countsPerImage: counts, beta: 1 - 1e-9)
    let inverse = ClassWeights.weights(.inverseFrequencyMeanOne, countsPerImage: counts)
    #expect(abs(near[0] - inverse[0]) < 1e-5 && abs(near[1] - inverse[1]) < 1e-5)
  }

  @Test func theForegroundWeightIsOneWhereNothingCanBeBalanced() {
    #expect(ClassWeights.positiveWeight(background: 30, foreground: 10) == 3)
    #expect(ClassWeights.positiveWeight(background: 30, foreground: 0) == 1)
    #expect(ClassWeights.positiveWeight(background: 0, foreground: 10) == 1)
  }

  @Test func aRuleInTheSettingsBecomesNumbers() throws {
    let component = CrossEntropy.component
    let written = try #require(
      decoded(component, [("class_weight_rule", .text("inverse_frequency"))]))
    let resolved = ClassWeights.resolve(written, of: component, countsPerImage: [[30, 10]])
    #expect(resolved.optionalNumbers("class_weights") == [20.0 / 30, 2])
    #expect(!resolved.isSet("class_weight_rule"))
    #expect(throws: Never.self) { try CrossEntropy(resolved, classes: 2) }
  }

  @Test func aRuleForOneChannelBecomesTheWeightOfTheForeground() throws {
    let component = BinaryCrossEntropy.component
    func weight(_ counts: [Int]) throws -> Double {
      let written = try #require(
        decoded(component, [("class_weight_rule", .text("inverse_frequency"))]))
      return ClassWeights.resolve(written, of: component, countsPerImage: [counts])
        .number("pos_weight")
    }
    #expect(abs(try weight([30, 10]) - 3) < 1e-15)
    #expect(try weight([30, 0]) == 1)
  }

  @Test func settingsWithoutARuleStayAsTheyAre() throws {
    let written = try #require(decoded(CrossEntropy.component))
    let resolved = ClassWeights.resolve(
      written, of: CrossEntropy.component, countsPerImage: [[1, 2]])
    #expect(resolved == written)
  }
}
