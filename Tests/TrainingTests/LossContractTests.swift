import CKernels
import Engine
import TestSupport
import Testing

@testable import Training

/// What every loss of the registry must keep, whatever it computes.
struct LossContractTests {
  static let channels = [1, 2, 4]

  @Test func everyLossSuitsSomeNumberOfChannels() throws {
    let suited = try Set(Self.channels.flatMap { try builtLosses(classes: $0).map(\.name) })
    #expect(suited == Set(LossRegistry.components.map(\.name)))
  }

  @Test(arguments: channels)
  func gradientsAreTheSlopesOfTheValue(classes: Int) throws {
    for sample in LossSample.edgeCases(classes: classes) {
      for (name, loss) in try builtLosses(classes: classes) {
        let gradient = try sample.evaluate(loss).gradient
        // central differences err by step^2 = 1e-10 and by rounding, 1e-16 / step = 1e-11
        let differences = try sample.differences(loss, step: 1e-5)
        let error = maxAbsDifference(gradient, differences)
        #expect(error <= 1e-9, "\(name), \(classes) channels")
        #expect(maxAbs(gradient) > 1e-3, "\(name), \(classes) channels")
      }
    }
  }

  @Test(
    arguments: channels,
    [
      ("reduction", JSONValue.text("I")), ("reduction", .text("C")), ("active", .text("all")),
      ("smoothing", .number(0.2)), ("form", .text("l1")), ("log", .flag(true)),
    ])
  func gradientsAreTheSlopesOfTheValueWithOtherSettings(
    classes: Int, setting: (String, JSONValue)
  ) throws {
    let losses = try builtLosses(classes: classes, [setting])
    #expect(!losses.isEmpty)
    for sample in LossSample.edgeCases(classes: classes) {
      for (name, loss) in losses {
        let gradient = try sample.evaluate(loss).gradient
        // as above; the slopes of logarithms and powers are steeper, up to 1e3 for an absent class
        let differences = try sample.differences(loss, step: 1e-5)
        let error = maxAbsDifference(gradient, differences)
        #expect(error <= 1e-8 * max(1, maxAbs(gradient)), "\(name), \(setting), \(classes)")
      }
    }
  }

  @Test(arguments: channels)
  func classesThatAreAbsentGiveFiniteNumbers(classes: Int) throws {
    for type in [RS_FLOAT32, RS_FLOAT64] {
      for label in [UInt8(0), 1] {
        var sample = LossSample.edgeCases(classes: classes)[0]
        sample.target = .labels(Array(repeating: label, count: sample.images * sample.pixels))
        for setting in ["present", "all"].map({ [("active", JSONValue.text($0))] }) + [[]] {
          for (name, loss) in try builtLosses(classes: classes, setting) {
            let (value, gradient) = try sample.evaluate(loss, type: type)
            #expect(value.isFinite && value >= 0, "\(name), label \(label)")
            #expect(gradient.allSatisfy { $0.isFinite }, "\(name), label \(label)")
          }
        }
      }
    }
  }

  @Test(arguments: channels)
  func aSecondRunGivesTheSameBits(classes: Int) throws {
    for type in [RS_FLOAT32, RS_FLOAT64] {
      for sample in LossSample.edgeCases(classes: classes) {
        for (name, loss) in try builtLosses(classes: classes) {
          let (first, second) = (
            try sample.evaluate(loss, type: type), try sample.evaluate(loss, type: type)
          )
          #expect(first.value.bitPattern == second.value.bitPattern, "\(name)")
          #expect(
            first.gradient.map(\.bitPattern) == second.gradient.map(\.bitPattern), "\(name)")
        }
      }
    }
  }

  @Test(arguments: channels)
  func ignoredPixelsAddNothingWhateverTheirLogits(classes: Int) throws {
    for sample in LossSample.edgeCases(classes: classes) {
      var changed = sample
      for pixel in 0..<sample.images * sample.pixels where !sample.isKept(pixel) {
        for k in 0..<classes { changed.logits[pixel * classes + k] = k == 0 ? .nan : 1e30 }
      }
      for (name, loss) in try builtLosses(classes: classes) {
        let expected = try sample.evaluate(loss)
        let found = try changed.evaluate(loss)
        #expect(found.value == expected.value, "\(name)")
        #expect(found.gradient == expected.gradient, "\(name)")
        for pixel in 0..<sample.images * sample.pixels where !sample.isKept(pixel) {
          let slice = found.gradient[pixel * classes..<(pixel + 1) * classes]
          #expect(slice.allSatisfy { $0 == 0 }, "\(name), pixel \(pixel)")
        }
      }
    }
  }

  @Test(arguments: channels)
  func aBatchOfIgnoredPixelsHasValueAndGradientZero(classes: Int) throws {
    for type in [RS_FLOAT32, RS_FLOAT64] {
      for var sample in LossSample.edgeCases(classes: classes) {
        let count = sample.images * sample.pixels
        switch sample.target {
        case .labels: sample.target = .labels(Array(repeating: 255, count: count))
        case .probabilities(let shares, _):
          sample.target = .probabilities(shares, keep: Array(repeating: 0, count: count))
        }
        for (name, loss) in try builtLosses(classes: classes) {
          let (value, gradient) = try sample.evaluate(loss, type: type)
          #expect(value == 0, "\(name)")
          #expect(gradient.allSatisfy { $0 == 0 }, "\(name)")
        }
      }
    }
  }

  @Test(arguments: channels)
  func logitsOfOrderOneHundredGiveFiniteNumbers(classes: Int) throws {
    for type in [RS_FLOAT32, RS_FLOAT64] {
      for sample in LossSample.edgeCases(classes: classes, scale: 300) {
        for (name, loss) in try builtLosses(classes: classes) {
          let (value, gradient) = try sample.evaluate(loss, type: type)
          #expect(value.isFinite && value > 0, "\(name)")
          #expect(gradient.allSatisfy { $0.isFinite }, "\(name)")
        }
      }
    }
  }

  @Test(arguments: channels)
  func theGradientIsAddedWithItsWeightAndTheValueIsFreeOfIt(classes: Int) throws {
    for sample in LossSample.edgeCases(classes: classes) {
      for (name, loss) in try builtLosses(classes: classes) {
        let plain = try sample.evaluate(loss)
        let weighted = try sample.evaluate(loss, weight: -2, start: 8)
        #expect(weighted.value == plain.value, "\(name)")
        // adding to 8 rounds at 9e-16
        let expected = plain.gradient.map { 8 - 2 * $0 }
        #expect(maxAbsDifference(weighted.gradient, expected) <= 4e-15, "\(name)")
      }
    }
  }

  @Test(arguments: channels)
  func theValueAloneIsTheSameAsWithAGradient(classes: Int) throws {
    for sample in LossSample.edgeCases(classes: classes) {
      for (name, loss) in try builtLosses(classes: classes) {
        let expected = try sample.evaluate(loss).value
        let found = try sample.evaluate { batch, weight, _ in
          loss.evaluate(batch, weight: weight, addingTo: nil)
        }
        #expect(found.value == expected, "\(name)")
        #expect(found.gradient.allSatisfy { $0 == 0 }, "\(name)")
      }
    }
  }
}
