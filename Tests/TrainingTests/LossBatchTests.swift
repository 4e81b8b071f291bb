import CKernels
import Glibc
import TestSupport
import Testing

@testable import Training

struct LossBatchTests {
  @Test func softmaxAndItsLogarithmKeepTheirDigits() throws {
    let sample = LossSample(
      images: 1, pixels: 2, classes: 3, logits: [1, 2, 4, 100, -100, 99.5],
      target: .labels([0, 1]))
    _ = try sample.evaluate { batch, _, _ in
      batch.withMemory { memory in
        let p = memory.probabilities.assumingMemoryBound(to: Double.self)
        let first = [exp(1.0), exp(2.0), exp(4.0)].map { $0 / (exp(1.0) + exp(2.0) + exp(4.0)) }
        let second = [1 / (1 + exp(-0.5)), 0, 1 / (1 + exp(0.5))]
        #expect(maxAbsDifference((0..<6).map { p[$0] }, first + second) < 1e-15)
        let sums = [log(exp(1.0) + exp(2.0) + exp(4.0)), 100 + log1p(exp(-0.5))]
        #expect(maxAbsDifference((0..<2).map { memory.logSums[$0] }, sums) < 1e-13)
      }
      return 0
    }
  }

  @Test func sigmoidAndSoftplusKeepTheirDigitsFarFromZero() throws {
    let logits = [0, 1, -1, 40, -40, 800, -800]
    let sample = LossSample(
      images: 1, pixels: 7, classes: 1, logits: logits.map { Double($0) },
      target: .labels(Array(repeating: 0, count: 7)))
    _ = try sample.evaluate { batch, _, _ in
      batch.withMemory { memory in
        let p = memory.probabilities.assumingMemoryBound(to: Double.self)
        #expect(p[0] == 0.5)
        #expect(abs(p[1] + p[2] - 1) < 1e-16)
        #expect(abs(p[4] / exp(-40.0) - 1) < 1e-15)
        #expect(p[5] == 1 && p[6] == 0)
        #expect(memory.logSums[0] == log(2.0))
        #expect(abs(memory.logSums[4] / exp(-40.0) - 1) < 1e-15)
        #expect(memory.logSums[5] == 800 && memory.logSums[6] == 0)
      }
      return 0
    }
  }

  @Test func aLabelThatIsNoClassIsRefusedWithItsPlace() {
    let message = errorMessage {
      try LossSample(
        images: 2, pixels: 3, classes: 3, logits: Array(repeating: 0, count: 18),
        target: .labels([0, 255, 2, 1, 3, 0])
      ).evaluate { _, _, _ in 0 }
    }
    #expect(
      message
        == "label 3 in image 1 of the batch, pixel 1, is not a class: labels are 0 to 2, and 255 "
        + "for pixels to ignore")
  }

  @Test func oneChannelTakesTheLabelsZeroAndOne() {
    func message(_ label: UInt8) -> String? {
      errorMessage {
        try LossSample(
          images: 1, pixels: 1, classes: 1, logits: [0], target: .labels([label])
        ).evaluate { _, _, _ in 0 }
      }
    }
    #expect(message(0) == nil && message(1) == nil && message(255) == nil)
    #expect(
      message(2)
        == "label 2 in image 0 of the batch, pixel 0, is not a class: labels are 0 to 1, and 255 "
        + "for pixels to ignore")
  }

  @Test func oneScratchServesBatchesOfAllSizesInTurn() throws {
    let scratch = LossScratch()
    for (type, count) in [(RS_FLOAT32, 2), (RS_FLOAT64, 300), (RS_FLOAT32, 5)] {
      let logits = [UInt8](repeating: 0, count: count * 2 * type.byteCount)
      try logits.withUnsafeBytes { logits in
        let batch = try LossBatch(
          type: type, images: 1, pixels: count, classes: 2,
          logits: try #require(logits.baseAddress),
          target: .labels(Array(repeating: 1, count: count)), scratch: scratch)
        let loss = try makeLoss(CrossEntropy.self, classes: 2)
        let value = loss.evaluate(batch, weight: 1, addingTo: nil)
        #expect(abs(value - log(2.0)) < 1e-14)
      }
    }
  }
}

/// The description of the error that a piece of code throws, or nil.
func errorMessage(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}

/// The description of the error that a piece of code throws, or nil.
func errorMessage<Value>(_ body: () throws -> Value) -> String? {
  errorMessage { _ = try body() }
}
