import Engine

/// Fills batches on a thread of its own, each while the step before it is computed.
///
/// A batch is filled only once it was asked for, so that nothing is drawn beyond the last step of an
/// epoch: what the drawing depends on can be looked at, or used for something else, between epochs.
final class BatchPrefetcher {
  /// What a batch holds beside the input.
  struct Filled: Equatable {
    let labels: [UInt8]
    let names: [String]
  }

  /// Seconds that `take` waited.
  private(set) var waitedSeconds = 0.0
  private let memory: Memory
  private let input: TensorView
  private let requests = Handover<Int>(capacity: 1)
  private let filled = Handover<Filled>(capacity: 1)
  private let thread: BackgroundThread

  /// Nobody wants batches any more.
  private struct Stopped: Error {}

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - input: The shape and type of the network's input.
  ///   - fill: Writes the batch of a number; called on the thread, for one batch at a time.
  init(input target: TensorView, fill: @escaping (inout Batch, Int) throws -> Void) throws {
    memory = Memory(byteCount: target.shape.count * target.type.size)
    input = TensorView(pointer: memory.pointer, type: target.type, shape: target.shape)
    let (requests, filled) = (requests, filled)
    // the thread alone calls `fill`, and it has the batch whenever a request is open
    nonisolated(unsafe) let fill = fill
    nonisolated(unsafe) let input = input
    thread = try BackgroundThread {
      var batch = Batch(input: input, labels: Array(repeating: 255, count: input.shape.pixels))
      do {
        while let number = try requests.take() {
          try fill(&batch, number)
          try filled.put(Filled(labels: batch.labels, names: batch.names))
        }
      } catch {
        filled.fail(error)
      }
    }
  }

  /// Asks for a batch.
  func request(_ number: Int) throws { try requests.put(number) }

  /// Waits for the batch that was asked for.
  ///
  /// - Parameter target: Gets the input.
  /// - Returns: The labels, and the names of the images.
  /// - Throws: What `fill` threw.
  func take(into target: TensorView) throws -> Filled {
    precondition(target.pixelStride == target.shape.channels, "the input is contiguous")
    let clock = ContinuousClock()
    let start = clock.now
    guard let filled = try filled.take() else { preconditionFailure("a batch was asked for") }
    waitedSeconds += (clock.now - start).seconds
    target.pointer.copyMemory(
      from: memory.pointer, byteCount: target.shape.count * target.type.size)
    return filled
  }

  /// Ends the thread, after the batch that it is filling.
  func stop() {
    requests.fail(Stopped())
    filled.fail(Stopped())
    thread.join()
  }
}

extension Duration {
  /// As a number.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
