import CKernels
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

/// Numbers computed independently: z[b,c,n] = 2 sin(1 + 12 b + 4 c + n), softmax over c.
struct LossVectorTests {
  private static var sample: LossSample {
    var logits: [Double] = []
    for b in 0..<2 {
      for n in 0..<4 {
        for c in 0..<3 { logits.append(2 * sin(Double(1 + 12 * b + 4 * c + n))) }
      }
    }
    return LossSample(
      images: 2, pixels: 4, classes: 3, logits: logits, target: .labels([0, 1, 2, 1, 0, 0, 2, 0]))
  }

  struct Vector: CustomTestStringConvertible {
    let name: String
    var parameters: [(String, JSONValue)] = []
    let value: Double
    var testDescription: String { "\(name) \(parameters)" }
  }

  static let vectors: [Vector] = [
    Vector(name: "ce", value: 1.728532675731131),
    Vector(name: "poly1", parameters: [("epsilon", .number(1))], value: 2.35411652704349),
    Vector(name: "poly1", parameters: [("epsilon", .number(2))], value: 2.9797003783558487),
    Vector(name: "poly1", parameters: [("epsilon", .number(-1))], value: 1.1029488244187724),
    Vector(name: "focal", parameters: [("gamma", .number(2))], value: 1.4314446702397832),
    Vector(
      name: "ce", parameters: [("class_weights", .list([0.355, 72.171, 5.875].map { .number($0) }))],
      value: 1.4568272611566513),
    Vector(name: "jml", value: 0.7985019085477552),
    Vector(name: "jml", parameters: [("reduction", .text("I"))], value: 0.7935141145118134),
    Vector(name: "jml", parameters: [("reduction", .text("C"))], value: 0.7615150139925567),
    Vector(name: "jml", parameters: [("gamma", .number(2))], value: 0.6550384942580539),
    Vector(name: "dice", value: 0.6863198609697868),
    Vector(name: "tversky", value: 0.677897077824876),
    Vector(name: "jml", parameters: [("smooth", .number(0))], value: 0.7987049665689646),
    Vector(name: "jaccard", parameters: [("smooth", .number(0))], value: 0.7987049665689646),
    Vector(name: "focal_tversky", value: 0.3439788884),
    Vector(name: "w1", value: 0.8851983024205006),
  ]

  @Test(arguments: vectors)
  func aLossHasTheValueComputedElsewhere(vector: Vector) throws {
    let type = try #require(LossRegistry.all.first { $0.component.name == vector.name })
    let loss = try type.init(settings(type.component, vector.parameters), classes: 3)
    let value = try Self.sample.evaluate(loss).value
    #expect(abs(value - vector.value) <= (vector.name == "focal_tversky" ? 1e-10 : 1e-13))
  }
}
