import CKernels
import Configuration
import Engine
import TestSupport
import Testing

@testable import Training

/// Random numbers that are the same on every machine (SplitMix64).
struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    Double.random(in: range, using: &self)
  }
}

/// Logits and a target in double, from which batches of both element types are made.
struct LossSample {
  var images: Int
  var pixels: Int
  var classes: Int
  var logits: [Double]
  var target: LossTarget
  /// Pixels of a row; nil: all in one.
  var width: Int? = nil
  /// Bags of a label-proportion loss.
  var bags: LossBags? = nil

  /// Whether a pixel takes part in a loss.
  func isKept(_ pixel: Int) -> Bool {
    switch target {
    case .labels(let labels): labels[pixel] != 255
    case .probabilities(_, let keep): keep.map { $0[pixel] != 0 } ?? true
    }
  }

  /// The value of a loss and `start` + weight × its gradient.
  func evaluate(
    type: rs_type = RS_FLOAT64, weight: Double = 1, start: Double = 0,
    _ body: (LossBatch, Double, UnsafeMutableRawPointer) -> Double
  ) throws -> (value: Double, gradient: [Double]) {
    if type == RS_FLOAT64 {
      return try evaluate(logits, type: type, weight: weight, start: start, body)
    }
    let (value, gradient) = try evaluate(
      logits.map { Float($0) }, type: type, weight: weight, start: Float(start), body)
    return (value, gradient.map { Double($0) })
  }

  func evaluate(
    _ loss: any Loss, type: rs_type = RS_FLOAT64, weight: Double = 1, start: Double = 0
  ) throws -> (value: Double, gradient: [Double]) {
    try evaluate(type: type, weight: weight, start: start) {
      loss.evaluate($0, weight: $1, addingTo: $2)
    }
  }

  private func evaluate<Element: BinaryFloatingPoint>(
    _ logits: [Element], type: rs_type, weight: Double, start: Element,
    _ body: (LossBatch, Double, UnsafeMutableRawPointer) -> Double
  ) throws -> (value: Double, gradient: [Element]) {
    var gradient = [Element](repeating: start, count: logits.count)
    let value = try logits.withUnsafeBytes { logits in
      var batch = try LossBatch(
        type: type, images: images, pixels: pixels, classes: classes,
        logits: try #require(logits.baseAddress), target: target, width: width,
        scratch: LossScratch())
      batch.bags = bags
      return try gradient.withUnsafeMutableBytes {
        body(batch, weight, try #require($0.baseAddress))
      }
    }
    return (value, gradient)
  }

  /// The gradient by central differences, in double.
  func differences(_ loss: any Loss, step: Double) throws -> [Double] {
    var moved = self
    return try logits.indices.map { index in
      moved.logits[index] = logits[index] + step
      let above = try moved.evaluate(loss).value
      moved.logits[index] = logits[index] - step
      let below = try moved.evaluate(loss).value
      moved.logits[index] = logits[index]
      return (above - below) / (2 * step)
    }
  }

  /// Samples with all the edge cases, with hard and with soft labels.
  ///
  /// The last class is absent, the last image has nothing to learn from, some pixels are ignored.
  static func edgeCases(classes: Int, scale: Double = 2) -> [LossSample] {
    var generator = Generator(seed: UInt64(classes))
    let (images, pixels) = (3, 12)
    let count = images * pixels
    var labels = (0..<count).map { _ in
      UInt8(generator.uniform(0...0.999) * Double(max(classes - 1, 2)))
    }
    var shares = (0..<count).flatMap { _ -> [Float] in
      if classes == 1 { return [Float(generator.uniform(0...1))] }
      let raw = (0..<classes).map { $0 == classes - 1 ? 0 : generator.uniform(0.1...1) }
      let sum = raw.reduce(0, +)
      return raw.map { Float($0 / sum) }
    }
    var keep = [UInt8](repeating: 1, count: count)
    for pixel in 0..<count where pixel % 4 == 1 || pixel >= 2 * pixels {
      if classes == 1 && pixel >= 2 * pixels {  // an image of background
        labels[pixel] = 0
        shares[pixel] = 0
      } else {
        labels[pixel] = 255
        keep[pixel] = 0
      }
    }
    let logits = (0..<count * classes).map { _ in generator.uniform(-scale...scale) }
    return [.labels(labels), .probabilities(shares, keep: keep)].map {
      LossSample(images: images, pixels: pixels, classes: classes, logits: logits, target: $0)
    }
  }
}

/// Every loss of the registry that suits this number of classes, with its default settings; one that
/// asks for class weights gets some.
func builtLosses(classes: Int) throws -> [(name: String, loss: any Loss)] {
  try LossRegistry.all.compactMap { type in
    let component = type.component
    guard let settings = decoded(component) else { return nil }
    do {
      return (component.name, try type.init(settings, classes: classes))
    } catch LossError.unsuitedOutput {
      return nil
    } catch LossError.conflict {
      let weights = JSONValue.list((0..<classes).map { .number(Double($0) + 0.5) })
      guard let settings = decoded(component, [("class_weights", weights)]) else { return nil }
      return (component.name, try type.init(settings, classes: classes))
    }
  }
}

/// A loss with some settings, written as in the reference data.
func makeLoss<Kind: Loss>(
  _ type: Kind.Type, classes: Int, _ parameters: [(String, JSONValue)] = []
) throws -> Kind {
  guard let settings = decoded(type.component, parameters) else {
    throw UndeclaredSetting(component: type.component.name)
  }
  return try type.init(settings, classes: classes)
}

/// A test asked for a key that the component does not declare.
struct UndeclaredSetting: Error {
  let component: String
}
