import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

/// Losses of one small batch, checked once by hand against independent code.
///
/// Logits 2 sin(1 + 12 b + 4 c + n) of two images b with four pixels n and three classes c.
struct PublishedVectorsTests {
  private static let labels: [UInt8] = [0, 1, 2, 1, 0, 0, 2, 0]

  /// The batch with its labels, or with soft ones that were smoothed by a share.
  private static func sample(smoothed share: Double? = nil) -> LossSample {
    var logits: [Double] = []
    for i in 0..<8 {
      for c in 0..<3 { logits.append(2 * sin(Double(1 + 12 * (i / 4) + 4 * c + i % 4))) }
    }
    var target = LossTarget.labels(labels)
    if let share {
      var shares: [Float] = []
      for label in labels {
        for k in 0..<3 { shares.append(Float((k == Int(label) ? 1 - share : 0) + share / 3)) }
      }
      target = .probabilities(shares, keep: nil)
    }
    return LossSample(
      images: 2, pixels: 4, classes: 3, logits: logits, target: target, width: 2)
  }

  struct Vector: CustomTestStringConvertible {
    let value: Double
    let loss: String
    let parameters: [(String, JSONValue)]

    init(_ value: Double, _ loss: String, _ parameters: [(String, JSONValue)] = []) {
      self.value = value
      self.loss = loss
      self.parameters = parameters
    }

    var testDescription: String { "\(loss) \(parameters)" }
  }

  private static let rare: JSONValue = .list([.number(0.355), .number(72.171), .number(5.875)])

  static let vectors = [
    Vector(1.728532675731131, "ce"),
    Vector(2.35411652704349, "poly1", [("epsilon", .number(1))]),
    Vector(2.9797003783558487, "poly1", [("epsilon", .number(2))]),
    Vector(1.1029488244187724, "poly1", [("epsilon", .number(-1))]),
    Vector(1.4314446702397832, "focal", [("gamma", .number(2))]),
    Vector(1.4568272611566513, "ce", [("class_weights", rare)]),
    Vector(0.7985019085477552, "jml"),
    Vector(0.7935141145118134, "jml", [("reduction", .text("I"))]),
    Vector(0.7615150139925567, "jml", [("reduction", .text("C"))]),
    Vector(0.6550384942580539, "jml", [("gamma", .number(2))]),
    Vector(0.6863198609697868, "dice"),
    Vector(0.677897077824876, "tversky", [("alpha", .number(0.3)), ("beta", .number(0.7))]),
    Vector(0.7987049665689646, "jml", [("smooth", .number(0))]),
    Vector(0.7987049665689646, "jaccard", [("smooth", .number(0))]),
    Vector(0.7987049665689646, "weighted_jaccard", [("smooth", .number(0))]),
    Vector(0.6863198609697868, "dice_semimetric"),
    Vector(0.8851983024205006, "w1"),
  ]

  @Test(arguments: vectors)
  func hardLabelsGiveThePublishedValue(_ vector: Vector) throws {
    // sums of eight numbers of order 1 in double
    #expect(abs(try value(vector, of: Self.sample()) - vector.value) < 1e-14)
  }

  @Test func focalTverskyTakesThePowerOfEachClass() throws {
    // given with ten digits
    let vector = Vector(0.3439788884, "focal_tversky")
    #expect(abs(try value(vector, of: Self.sample()) - vector.value) < 1e-10)
  }

  @Test func smoothedLabelsGiveThePublishedValue() throws {
    let vector = Vector(0.7485440320548583, "jml", [("active", .text("all"))])
    // shares are stored in float
    #expect(abs(try value(vector, of: Self.sample(smoothed: 0.1)) - vector.value) < 1e-7)
  }

  @Test("At x = y the metric loss is 0, the product form is not")
  func softTargetsMet() throws {
    var met = Self.sample(smoothed: 0.1)
    guard case .probabilities(let shares, _) = met.target else { return }
    met.logits = shares.map { log(Double($0)) }
    let product = Vector(0.2370317600503555, "jaccard", [("smooth", .number(0))])
    // shares are stored in float
    #expect(abs(try value(product, of: met) - product.value) < 1e-7)
    #expect(abs(try value(Vector(0, "jml"), of: met)) < 1e-7)
  }

  private func value(_ vector: Vector, of sample: LossSample) throws -> Double {
    let type = try #require(LossRegistry.all.first { $0.component.name == vector.loss })
    let loss = try type.init(settings(type.component, vector.parameters), classes: 3)
    return try sample.evaluate(loss).value
  }
}
