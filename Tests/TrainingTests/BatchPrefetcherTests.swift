import Engine
import Glibc
import Synchronization
import Testing

@testable import Training

struct BatchPrefetcherTests {
  private struct Fault: Error {}

  /// A network's input in memory of its own.
  private final class Input {
    let memory = Memory(byteCount: 4 * 4)
    var view: TensorView {
      TensorView(pointer: memory.pointer, type: .float32, shape: Shape(1, 2, 2, 1))
    }
  }

  private static func fill(_ batch: inout Batch, _ step: Int) {
    batch.input.write((0..<4).map { Double(10 * step + $0) })
    batch.labels = Array(repeating: UInt8(step), count: 4)
    batch.names = ["window \(step)"]
  }

  @Test("A batch is filled on another thread while the one before is used")
  func ahead() throws {
    let input = Input()
    let began = Handover<Int>(capacity: 9)
    nonisolated(unsafe) let caller = pthread_self()
    let batches = try BatchPrefetcher(input: input.view) { batch, step in
      #expect(pthread_equal(pthread_self(), caller) == 0)
      try began.put(step)
      Self.fill(&batch, step)
    }
    defer { batches.stop() }
    try batches.request(0)
    for step in 0..<4 {
      #expect(try began.take() == step)
      let expectedBatch = BatchPrefetcher.Filled(
        labels: Array(repeating: UInt8(step), count: 4), names: ["window \(step)"])
      #expect(try batches.take(into: input.view) == expectedBatch)
      try batches.request(step + 1)
      // until the next is being filled nothing changes here
      let expected = (0..<4).map { Double(10 * step + $0) }
      #expect(input.view.doubles() == expected)
    }
    #expect(batches.waitedSeconds >= 0)
  }

  @Test("Time spent waiting is told")
  func waiting() throws {
    let input = Input()
    let batches = try BatchPrefetcher(input: input.view) { batch, step in
      usleep(20_000)
      Self.fill(&batch, step)
    }
    defer { batches.stop() }
    try batches.request(0)
    _ = try batches.take(into: input.view)
    // no upper limit: the machine may be busy; the thread may have had a head start
    #expect(batches.waitedSeconds > 0.005)
  }

  @Test("What filling throws is thrown where the batch is wanted, and nothing is filled after it")
  func errors() throws {
    let input = Input()
    nonisolated(unsafe) var filled: [Int] = []
    let batches = try BatchPrefetcher(input: input.view) { batch, step in
      filled.append(step)
      if step == 1 { throw Fault() }
      Self.fill(&batch, step)
    }
    try batches.request(0)
    _ = try batches.take(into: input.view)
    try batches.request(1)
    #expect(throws: Fault.self) { try batches.take(into: input.view) }
    batches.stop()
    #expect(filled == [0, 1])
  }
}
