import Engine
import TestSupport
import Testing

@testable import Training

/// Every case of `vat.json`.
struct VirtualAdversarialReferenceTests {
  @Test func virtualAdversarialTrainingGivesTheReferenceNumbers() throws {
    let folder = ReferenceFolder()
    let document = try folder.json("vat")
    var tally = ReferenceTally("vat")
    defer { print(tally) }
    guard tally.finds("vat.safetensors", in: folder) else { return }
    let tensors = try folder.tensors("vat")
    for row in try #require(document["cases"]?.array) {
      let id = try #require(row["id"]?.string)
      let name = String(id.prefix { $0 != "/" })
      try compare(row, id, try TinyNetwork<Double>(name, document, tensors), tensors)
      tally.compared()
      guard row["float64_only"]?.bool != true else { continue }
      try compare(row, id, try TinyNetwork<Float>(name, document, tensors), tensors)
      tally.compared()
    }
    #expect(tally.comparedCount > 0)
  }

  private func compare<Element>(
    _ row: JSONValue, _ id: String, _ network: TinyNetwork<Element>, _ tensors: SafeTensors
  ) throws {
    let isDouble = Element.self == Double.self
    let value = try #require(row["value"]?.double)
    let name = network.name
    let input = try tensors.doubles("\(name)/input")
    // what is stored is rounded to float; float32 has the limits of the reference data's README
    let relative = isDouble ? 1e-8 : 1e-5
    let ofTensor = isDouble ? 1e-7 : 1e-4
    let note = "\(id), \(Element.self)"
    let found: VirtualAdversarialLoss.Outcome
    if let epsilon = row["eps"]?.double {
      let loss = VirtualAdversarialLoss(
        epsilon: epsilon, xi: try #require(row["xi"]?.double),
        powerIterations: try #require(row["power_iterations"]?.int), entropyWeight: 0)
      found = loss.evaluate(
        network, input: input, images: network.shape.images, classes: network.classes,
        direction: try tensors.doubles("\(name)/direction"))
      #expect(abs(found.divergence - value) <= relative * value, "\(note)")
      let perturbation = try tensors.doubles("\(id)/perturbation")
      let error = maxAbsDifference(found.perturbation, perturbation)
      #expect(error <= ofTensor * epsilon, "\(note)")
    } else {
      let loss = VirtualAdversarialLoss(weight: 0)
      found = loss.evaluate(
        network, input: input, images: network.shape.images, classes: network.classes,
        direction: try tensors.doubles("\(name)/direction"))
      #expect(abs(found.entropy - value) <= relative * value, "\(note)")
    }
    for parameter in network.parameters.keys.sorted() {
      let expected = try tensors.doubles("\(id)/grad_\(parameter)")
      let gradient = try #require(network.gradients[parameter]).map { Double($0) }
      let error = maxAbsDifference(gradient, expected)
      #expect(error <= ofTensor * maxAbs(expected), "\(note), \(parameter)")
    }
  }

  @Test func theRandomDirectionIsWeakerThanTheAdversarialOne() throws {
    let folder = ReferenceFolder()
    let document = try folder.json("vat")
    guard folder.holds("vat.safetensors") else { return }
    let tensors = try folder.tensors("vat")
    for row in try #require(document["cases"]?.array) {
      guard let random = row["random_direction_value"]?.double, let epsilon = row["eps"]?.double
      else { continue }
      let name = String(try #require(row["id"]?.string).prefix { $0 != "/" })
      let network = try TinyNetwork<Double>(name, document, tensors)
      let input = try tensors.doubles("\(name)/input")
      let direction = try tensors.doubles("\(name)/direction")
      let elements = input.count / network.shape.images
      let moved = input.indices.map { index in
        let image = index / elements
        let own = direction[image * elements..<(image + 1) * elements]
        return input[index] + epsilon * direction[index]
          / own.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
      let (clean, other) = (network.logits(of: input), network.logits(of: moved))
      let divergence = PixelDistributions(clean, classes: network.classes, keep: nil)
        .divergence(to: PixelDistributions(other, classes: network.classes, keep: nil))
      #expect(abs(divergence - random) <= 1e-8 * random)
    }
  }
}
