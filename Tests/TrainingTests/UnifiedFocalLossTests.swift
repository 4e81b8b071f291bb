import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct UnifiedFocalLossTests {
  /// Foreground probabilities 3/4 on foreground, 1/2 on background.
  private let one = LossSample(
    images: 1, pixels: 2, classes: 1, logits: [log(3.0), 0], target: .labels([1, 0]))
  private let two = LossSample(
    images: 1, pixels: 2, classes: 2, logits: [0, log(3.0), 0, 0], target: .labels([1, 0]))

  /// 1 - Tversky indices with delta 0.6 of background (I 1/2, FP 1/4, FN 1/2) and foreground
  /// (I 3/4, FP 1/2, FN 1/4).
  private let background = 1 - 0.5 / (0.5 + 0.4 * 0.25 + 0.6 * 0.5)
  private let foreground = 1 - 0.75 / (0.75 + 0.4 * 0.5 + 0.6 * 0.25)

  private func value(_ sample: LossSample, _ kind: String) throws -> Double {
    let parameters = [("kind", JSONValue.text(kind)), ("smooth", .number(0))]
    return try sample.evaluate(
      makeLoss(UnifiedFocalLoss.self, classes: sample.classes, parameters)
    ).value
  }

  @Test func theAsymmetricFormSuppressesBackgroundAndEnhancesForeground() throws {
    let focal = (0.6 * log(4.0 / 3) + 0.4 * pow(0.5, 0.1) * log(2.0)) / 2
    let tversky = (background + pow(foreground, 0.9)) / 2
    #expect(abs(try value(two, "asymmetric") - (focal + tversky) / 2) < 1e-14)
    #expect(abs(try value(one, "asymmetric") - (focal + tversky) / 2) < 1e-14)
  }

  @Test func theSymmetricFormDoesBothToBoth() throws {
    let focal =
      (0.6 * pow(0.25, 0.1) * log(4.0 / 3) + 0.4 * pow(0.5, 0.1) * log(2.0)) / 2
    let tversky = (pow(background, 0.9) + pow(foreground, 0.9)) / 2
    #expect(abs(try value(two, "symmetric") - (focal + tversky) / 2) < 1e-14)
    #expect(abs(try value(one, "symmetric") - (focal + tversky) / 2) < 1e-14)
  }

  @Test func lambdaSharesTheTwoHalves() throws {
    let focal = (0.6 * log(4.0 / 3) + 0.4 * pow(0.5, 0.1) * log(2.0)) / 2
    let loss = try makeLoss(UnifiedFocalLoss.self, classes: 2, [("lambda", .number(1))])
    #expect(abs(try two.evaluate(loss).value - focal) < 1e-15)
  }

  /// A published copy takes columns of the image for classes; what is right does not change when
  /// pixels change places.
  @Test func pixelsMayChangePlaces() throws {
    let swapped = LossSample(
      images: 1, pixels: 2, classes: 2, logits: [0, 0, 0, log(3.0)], target: .labels([0, 1]))
    #expect(abs(try value(swapped, "asymmetric") - value(two, "asymmetric")) < 1e-15)
  }

  @Test(arguments: ["D", "I", "C"], [1, 4])
  func gradientsAreTheSlopesOfTheValue(_ reduction: String, _ classes: Int) throws {
    for kind in ["asymmetric", "symmetric"] {
      let loss = try makeLoss(
        UnifiedFocalLoss.self, classes: classes,
        [
          ("kind", .text(kind)), ("reduction", .text(reduction)), ("active", .text("all")),
          ("class_weights", .list((0..<max(classes, 2)).map { .number(Double($0 + 1)) })),
        ])
      for sample in LossSample.edgeCases(classes: classes) {
        let gradient = try sample.evaluate(loss).gradient
        // central differences err by step^2 = 1e-10 and by rounding, 1e-16 / step = 1e-11
        #expect(maxAbsDifference(gradient, try sample.differences(loss, step: 1e-5)) <= 1e-9)
      }
    }
  }
}
