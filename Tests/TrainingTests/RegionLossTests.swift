import CKernels
import Configuration
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct RegionLossTests {
  @Test(arguments: RegionForm.allCases, ["present", "all"])
  func everyFormHasTheSlopesOfItsValue(form: RegionForm, active: String) throws {
    let mix = JSONValue.object([("D", .number(0.5)), ("I", .number(0.25)), ("C", .number(1))])
    let variants: [[(String, JSONValue)]] = [
      [("reduction", .text("D"))],
      [("reduction", .text("I")), ("gamma", .number(1.5))],
      [("reduction", .text("C")), ("log", .flag(true))],
      [("reduction", .text("mix")), ("mix", mix), ("log", .flag(true)), ("gamma", .number(2))],
    ]
    for classes in [1, 4] {
      let weights = JSONValue.list((0..<classes).map { .number(0.5 + Double($0)) })
      for variant in variants {
        let loss = try makeLoss(
          RegionLoss.self, classes: classes,
          variant + [
            ("form", .text(form.rawValue)), ("active", .text(active)), ("alpha", .number(0.3)),
            ("beta", .number(0.7)), ("class_weights", weights), ("smooth", .number(1)),
          ])
        for sample in LossSample.edgeCases(classes: classes) {
          let gradient = try sample.evaluate(loss).gradient
          // central differences err by step^2 = 1e-10 and by rounding, 1e-15 / step = 1e-10
          let differences = try sample.differences(loss, step: 1e-5)
          #expect(maxAbsDifference(gradient, differences) <= 1e-8 * max(1, maxAbs(gradient)))
          #expect(maxAbs(gradient) > 1e-3)
        }
      }
    }
  }

  /// One pixel of each class, both with probabilities 1/2, 1/2.
  private let even = LossSample(
    images: 1, pixels: 2, classes: 2, logits: [0, 0, 0, 0], target: .labels([0, 1]))

  @Test func theValueFollowsTheFormula() throws {
    // I = 1/2, P = Y = 1, L = 1, e = 1
    for (form, expected) in [("product", 1 - 1.5 / 2.5), ("l1", 1 - 1.5 / 2.5)] {
      let loss = try makeLoss(
        RegionLoss.self, classes: 2, [("form", .text(form)), ("smooth", .number(1))])
      #expect(abs(try even.evaluate(loss).value - expected) < 1e-15)
    }
    let second = try makeLoss(
      RegionLoss.self, classes: 2,
      [("form", .text("l1_product")), ("smooth", .number(1)), ("alpha", .number(0.5))])
    #expect(abs(try even.evaluate(second).value - (1 - 1.5 / 2)) < 1e-15)
  }

  @Test func falsePositivesAndFalseNegativesHaveTheirOwnWeights() throws {
    // one pixel of background, one of foreground, probabilities 1/2: I = 1/2, FP = FN = 1/2
    let sample = LossSample(
      images: 1, pixels: 2, classes: 1, logits: [0, 0], target: .labels([0, 1]))
    for (alpha, beta) in [(0.0, 1.0), (3.0, 0.0), (0.25, 0.75)] {
      let loss = try makeLoss(
        RegionLoss.self, classes: 1,
        [
          ("form", .text("product")), ("alpha", .number(alpha)), ("beta", .number(beta)),
          ("smooth", .number(0)),
        ])
      let expected = 1 - 0.5 / (0.5 + alpha * 0.5 + beta * 0.5)
      #expect(abs(try sample.evaluate(loss).value - expected) < 1e-15)
    }
  }

  @Test func onlyPresentClassesCountUnlessAllAreAskedFor() throws {
    // class 1 is absent, and half of the only pixel is given to it
    let sample = LossSample(
      images: 1, pixels: 1, classes: 2, logits: [0, 0], target: .labels([0]))
    let present = try makeLoss(RegionLoss.self, classes: 2, [("smooth", .number(0))])
    #expect(abs(try sample.evaluate(present).value - 0.5) < 1e-15)
    let all = try makeLoss(
      RegionLoss.self, classes: 2, [("smooth", .number(0)), ("active", .text("all"))])
    #expect(abs(try sample.evaluate(all).value - 0.75) < 1e-15)
  }

  @Test func imagesWithNothingActiveAreLeftOutOfTheMeans() throws {
    var sample = even
    sample.images = 2
    sample.logits += [9, 0, 0, 9]
    sample.target = .labels([0, 1, 255, 255])
    for reduction in ["I", "C"] {
      let loss = try makeLoss(RegionLoss.self, classes: 2, [("reduction", .text(reduction))])
      let expected = try even.evaluate(loss).value
      #expect(abs(try sample.evaluate(loss).value - expected) < 1e-15)
    }
  }

  @Test func twoEmptyRegionsAreEqualEvenWithoutSmoothing() throws {
    let sample = LossSample(
      images: 1, pixels: 1, classes: 1, logits: [-1000], target: .labels([0]))
    for form in RegionForm.allCases {
      let loss = try makeLoss(
        RegionLoss.self, classes: 1,
        [("form", .text(form.rawValue)), ("smooth", .number(0)), ("active", .text("all"))])
      let (value, gradient) = try sample.evaluate(loss)
      #expect(value == 0)
      #expect(gradient == [0])
    }
  }

  @Test func theLogarithmOfNoOverlapAtAllIsFinite() throws {
    let sample = LossSample(
      images: 1, pixels: 2, classes: 1, logits: [-1000, 3], target: .labels([1, 0]))
    let loss = try makeLoss(
      RegionLoss.self, classes: 1, [("smooth", .number(0)), ("log", .flag(true))])
    let (value, gradient) = try sample.evaluate(loss)
    #expect(value > 20 && value.isFinite)
    #expect(gradient.allSatisfy { $0.isFinite })
  }

  @Test func namedFormsAreTheGeneralLossWithTheirParameters() throws {
    for classes in [1, 4] {
      let named: [(any Loss, String, Double)] = [
        (try makeLoss(DiceLoss.self, classes: classes), "product", 0.5),
        (try makeLoss(JaccardLoss.self, classes: classes), "product", 1),
        (try makeLoss(JaccardMetricLoss.self, classes: classes), "l1", 1),
      ]
      for (named, form, weight) in named {
        let general = try makeLoss(
          RegionLoss.self, classes: classes,
          [("form", .text(form)), ("alpha", .number(weight)), ("beta", .number(weight))])
        for sample in LossSample.edgeCases(classes: classes) {
          let expected = try sample.evaluate(general)
          let found = try sample.evaluate(named)
          #expect(found.value == expected.value)
          #expect(found.gradient == expected.gradient)
        }
      }
    }
  }

  @Test func metricLossesAreLeastAtTheSoftTargetItself() throws {
    let shares: [Double] = [0.75, 0.25]
    let sample = LossSample(
      images: 1, pixels: 2, classes: 1, logits: shares.map { log($0 / (1 - $0)) },
      target: .probabilities(shares.map { Float($0) }, keep: nil))
    let metric = try makeLoss(JaccardMetricLoss.self, classes: 1)
    #expect(try sample.evaluate(metric).value < 1e-15)
    // the product form wants probabilities of 0 and 1 instead
    let product = try sample.evaluate(makeLoss(JaccardLoss.self, classes: 1))
    #expect(product.value > 0.1 && product.gradient[0] < -0.01)
  }

  @Test func aMixWithoutWeightsIsRefused() {
    #expect(
      errorMessage { try makeLoss(DiceLoss.self, classes: 2, [("reduction", .text("mix"))]) }
        == "loss 'dice': reduction mix needs its weights: write mix: {D: 0.5, I: 0.5}")
  }

  @Test func weightsOfAMixThatIsNotAskedForAreRefused() {
    let mix = JSONValue.object([("D", .number(1))])
    #expect(
      errorMessage { try makeLoss(RegionLoss.self, classes: 2, [("mix", mix)]) }
        == "loss 'region': mix is set, but reduction is D: write reduction: mix")
  }
}
