import CKernels
import Configuration
import Engine
import TestSupport
import Testing

@testable import Training

/// Every case of `losses.json` in float and double.
struct LossReferenceTests {
  @Test func everyBuiltLossGivesTheReferenceValuesAndGradients() throws {
    let folder = ReferenceFolder()
    let document = try folder.json("losses")
    var tally = ReferenceTally("losses")
    defer { print(tally) }
    guard tally.finds("losses.safetensors", in: folder) else { return }
    let tensors = try folder.tensors("losses")
    let ignore = try #require(document["ignore_index"]?.int)
    var notBuilt: [String: Int] = [:]
    for row in try #require(document["cases"]?.array) {
      let id = try #require(row["id"]?.string)
      let name = try #require(row["loss"]?.string)
      let dataset = try #require(row["dataset"]?.string)
      let info = try #require(document["datasets"]?[dataset])
      let classes = try #require(info["K"]?.int)
      let parameters = try #require(row["params"])
      guard let loss = try ReferenceLoss(name, parameters, classes: classes) else {
        notBuilt[name, default: 0] += 1
        continue
      }
      let gradientName = try #require(row["grad"]?.string)
      guard tally.finds("\(dataset)/logits", in: tensors), tally.finds(gradientName, in: tensors)
      else { continue }
      var sample = try makeSample(dataset, info, tensors, ignore: ignore)
      if let ids = parameters["bags"]?.string, let shares = parameters["props"]?.string {
        sample.bags = LossBags(
          ids: try tensors.integers("\(dataset)/\(ids)").map { Int32($0) },
          proportions: try tensors.doubles("\(dataset)/\(shares)"))
      }
      let value = try #require(row["value"]?.double)
      let gradient = try tensors.doubles(gradientName)
      for type in [RS_FLOAT32, RS_FLOAT64] {
        let found = try sample.evaluate(type: type) {
          loss.evaluate($0, weight: $1, addingTo: $2)
        }
        let limits = Limits(type, sample, parameters, value: value, gradient: gradient)
        let valueError = abs(found.value - value)
        let gradientError = maxAbsDifference(found.gradient, gradient)
        #expect(valueError <= limits.value, "\(id), \(type)")
        #expect(gradientError <= limits.gradient, "\(id), \(type)")
        tally.compared()
      }
    }
    for (name, count) in notBuilt.sorted(by: { $0.key < $1.key }) {
      tally.notBuiltYet("\(name) (\(count))")
    }
    #expect(tally.comparedCount > 0)
  }

  /// The tolerances of the reference data's README.
  private struct Limits {
    let value: Double
    let gradient: Double

    init(
      _ type: rs_type, _ sample: LossSample, _ parameters: JSONValue, value: Double,
      gradient: [Double]
    ) {
      let largest = maxAbs(gradient)
      let isExtreme = maxAbs(sample.logits) > 30
      guard type == RS_FLOAT32 else {
        // PyTorch's softplus is linear past 20, which leaves off up to e^-20 = 2e-9 of a pixel; the
        // stored gradient is rounded to float, by at most 2^-24
        self.value = (isExtreme ? 1e-10 : 1e-12) * max(1, value)
        self.gradient = 6e-8 * largest + 1e-14
        return
      }
      let isSteep = parameters["smooth"]?.double == 0 || parameters["log"]?.bool == true
      self.value = isExtreme ? 1e-5 * max(value, 1e-3) : 2e-6 * max(1, value)
      self.gradient = (isExtreme || isSteep ? 1e-4 : 1e-5) * largest + 1e-8
    }
  }

  private func makeSample(
    _ name: String, _ info: JSONValue, _ tensors: SafeTensors, ignore: Int
  ) throws -> LossSample {
    let sizes = try ["B", "H", "W", "K"].map { try #require(info[$0]?.int) }
    let target: LossTarget
    if info["labels"]?.string == "soft" {
      target = .probabilities(
        try tensors.floats("\(name)/target"),
        keep: try tensors.integers("\(name)/keep").map { UInt8($0) })
    } else {
      target = .labels(
        try tensors.integers("\(name)/target").map { $0 == ignore ? 255 : UInt8($0) })
    }
    return LossSample(
      images: sizes[0], pixels: sizes[1] * sizes[2], classes: sizes[3],
      logits: try tensors.doubles("\(name)/logits"), target: target)
  }
}

/// A loss as the reference data describe it: one of the registry or a mix of them.
private struct ReferenceLoss {
  private let sum: WeightedSum

  /// Makes the loss, or nil if it, or a part of it, is not built.
  init?(_ name: String, _ parameters: JSONValue, classes: Int) throws {
    let parts = parameters["parts"]?.array ?? [.list([.number(1), .text(name), parameters])]
    var components: [(name: String, settings: Settings)] = []
    for part in parts {
      guard let weight = part[0], let name = part[1]?.string, let parameters = part[2],
        let component = LossRegistry.components.first(where: { $0.name == name }),
        let settings = decoded(
          component,
          parameters.members.filter { !["bags", "props"].contains($0.0) } + [("weight", weight)],
          renamed: ["weights": "class_weights"])
      else { return nil }
      components.append((name, settings))
    }
    sum = try WeightedSum(components, classes: classes)
  }

  func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer
  ) -> Double {
    sum.evaluate(batch, weight: weight, addingTo: gradient).total
  }
}
