import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

/// The network of the reference's virtual adversarial cases in plain loops.
///
/// Convolution 3 × 3 with padding 1, GELU, convolution 1 × 1; it is independent of the engine.
final class TinyNetwork<Element: BinaryFloatingPoint>: DifferentiableNetwork {
  let name: String
  let shape: Shape
  let classes: Int
  private let hidden: Int
  private(set) var parameters: [String: [Element]] = [:]
  private(set) var gradients: [String: [Element]] = [:]
  private var input: [Element] = []
  private var before: [Element] = []  // of the GELU

  init(_ name: String, _ document: JSONValue, _ tensors: SafeTensors) throws {
    let sizes = try ["B", "H", "W", "bands", "hidden"].map {
      try #require(document["shapes"]?[$0]?.int)
    }
    self.name = name
    shape = Shape(sizes[0], sizes[1], sizes[2], sizes[3])
    hidden = sizes[4]
    for parameter in ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"] {
      let values = try tensors.floats("\(name)/\(parameter)")
      parameters[parameter] = values.map { Element($0) }
      gradients[parameter] = Array(repeating: 0, count: values.count)
    }
    classes = try #require(parameters["conv2.bias"]).count
  }

  /// Calls `body` with the indices of output pixel, input pixel and tap of every product.
  private func forEachTap(_ body: (_ output: Int, _ input: Int, _ tap: Int) -> Void) {
    for b in 0..<shape.images {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          for (dy, dx) in (-1...1).flatMap({ dy in (-1...1).map { (dy, $0) } }) {
            let (v, u) = (y + dy, x + dx)
            guard v >= 0, v < shape.height, u >= 0, u < shape.width else { continue }
            body(
              (b * shape.height + y) * shape.width + x, (b * shape.height + v) * shape.width + u,
              (dy + 1) * 3 + dx + 1)
          }
        }
      }
    }
  }

  private func parameter(_ name: String) -> [Element] { parameters[name] ?? [] }

  private func normal(_ x: Element) -> (distribution: Element, density: Element) {
    let x = Double(x)
    return (
      Element(0.5 * (1 + erf(x / 2.0.squareRoot()))),
      Element(exp(-x * x / 2) / (2 * Double.pi).squareRoot())
    )
  }

  func logits(of input: [Double]) -> [Double] {
    self.input = input.map { Element($0) }
    let (weight, bias) = (parameter("conv1.weight"), parameter("conv1.bias"))
    before = (0..<shape.pixels).flatMap { _ in bias }
    forEachTap { output, source, tap in
      for m in 0..<hidden {
        for c in 0..<shape.channels {
          before[output * hidden + m] +=
            weight[(m * shape.channels + c) * 9 + tap] * self.input[source * shape.channels + c]
        }
      }
    }
    let (last, lastBias) = (parameter("conv2.weight"), parameter("conv2.bias"))
    return (0..<shape.pixels).flatMap { pixel in
      (0..<classes).map { k in
        var sum = lastBias[k]
        for m in 0..<hidden {
          let x = before[pixel * hidden + m]
          sum += last[k * hidden + m] * x * normal(x).distribution
        }
        return Double(sum)
      }
    }
  }

  func backward(from gradient: [Double], addsToParameters: Bool) -> [Double] {
    let slopes = gradient.map { Element($0) }
    let (weight, last) = (parameter("conv1.weight"), parameter("conv2.weight"))
    var own = parameters.mapValues { [Element](repeating: 0, count: $0.count) }
    var inner = [Element](repeating: 0, count: shape.pixels * hidden)
    for pixel in 0..<shape.pixels {
      for k in 0..<classes {
        let slope = slopes[pixel * classes + k]
        own["conv2.bias", default: []][k] += slope
        for m in 0..<hidden {
          let x = before[pixel * hidden + m]
          let (distribution, density) = normal(x)
          own["conv2.weight", default: []][k * hidden + m] += slope * x * distribution
          inner[pixel * hidden + m] +=
            slope * last[k * hidden + m] * (distribution + x * density)
        }
      }
      for m in 0..<hidden { own["conv1.bias", default: []][m] += inner[pixel * hidden + m] }
    }
    var result = [Element](repeating: 0, count: input.count)
    var first = [Element](repeating: 0, count: weight.count)
    forEachTap { output, source, tap in
      for m in 0..<hidden {
        for c in 0..<shape.channels {
          let index = (m * shape.channels + c) * 9 + tap
          first[index] += inner[output * hidden + m] * input[source * shape.channels + c]
          result[source * shape.channels + c] += inner[output * hidden + m] * weight[index]
        }
      }
    }
    own["conv1.weight"] = first
    if addsToParameters {
      for (name, values) in own {
        gradients[name] = zip(gradients[name] ?? [], values).map { $0 + $1 }
      }
    }
    return result.map { Double($0) }
  }
}
