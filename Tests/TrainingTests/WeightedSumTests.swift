import CKernels
import Configuration
import Engine
import TestSupport
import Testing

@testable import Training

struct WeightedSumTests {
  private func components(
    _ list: [(String, [(String, JSONValue)])]
  ) throws -> [(name: String, settings: Settings)] {
    try list.map { name, parameters in
      let component = try #require(LossRegistry.components.first { $0.name == name })
      return (name, try #require(decoded(component, parameters)))
    }
  }

  @Test func valuesAndGradientsAddUpWithTheirWeights() throws {
    let sum = try WeightedSum(
      components([("ce", [("weight", .number(0.25))]), ("jml", [("weight", .number(0.75))])]),
      classes: 4)
    #expect(sum.terms.map(\.name) == ["ce", "jml"])
    for sample in LossSample.edgeCases(classes: 4) {
      let ce = try sample.evaluate(makeLoss(CrossEntropy.self, classes: 4))
      let jml = try sample.evaluate(makeLoss(JaccardMetricLoss.self, classes: 4))
      var values: [Double] = []
      let found = try sample.evaluate(weight: 2) {
        let result = sum.evaluate($0, weight: $1, addingTo: $2)
        values = result.values
        return result.total
      }
      #expect(values == [ce.value, jml.value])
      #expect(abs(found.value - (0.25 * ce.value + 0.75 * jml.value)) < 1e-15)
      let expected = zip(ce.gradient, jml.gradient).map { 0.5 * $0 + 1.5 * $1 }
      #expect(maxAbsDifference(found.gradient, expected) < 1e-15)
    }
  }

  @Test func theWeightIsOneUnlessWritten() throws {
    let sum = try WeightedSum(components([("bce", [])]), classes: 1)
    #expect(sum.terms.map(\.weight) == [1])
  }

  @Test func anUnknownLossIsNamedWithTheKnownOnes() {
    let settings = Settings(values: ["weight": .number(1)])
    let known = LossRegistry.components.map(\.name).joined(separator: ", ")
    #expect(
      errorMessage { try WeightedSum([("dise", settings)], classes: 2) }
        == "unknown loss 'dise'. Known losses: \(known)")
  }

  @Test func namesOfLossesAreUnique() {
    let names = LossRegistry.components.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(LossRegistry.components.allSatisfy { $0.family == "loss" })
    #expect(LossRegistry.components.allSatisfy { $0.settings.contains { $0.key == "weight" } })
  }
}
