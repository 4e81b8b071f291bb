import Rasters
import Training

/// Reads, computes and writes the windows of a scene at the same time.
///
/// One thread reads the next window while the caller's computes, and one writes the window before:
/// a GDAL dataset is used by one of them. An error of any of them stops all. There is one room for
/// what is read: it is free again as soon as the network has copied it.
final class SceneFlow {
  private let rooms = Handover<WindowInput>(capacity: 1)
  private let inputs = Handover<Prepared>(capacity: 1)
  private let results = Handover<WindowLogits>(capacity: 1)
  private var threads: [BackgroundThread] = []

  /// A window that was read.
  private enum Prepared: Sendable {
    /// Nothing of it is observed: there is nothing to compute.
    case unobserved
    case observed(WindowInput)
  }

  /// The work ended early.
  private struct Stopped: Error {}

  /// Logits that wait for the writer or are in its hands, and those that are being made.
  static let resultsAtOnce = 3

  /// Starts both threads.
  ///
  /// - Parameters:
  ///   - windows: In the order in which they are mapped.
  ///   - halo: Whether they are read with a halo.
  ///   - reader: The scene; until `stop` it belongs to a thread of this.
  ///   - predictor: Tells what is read for a window, and how it is normalised.
  ///   - write: Takes what the network says of a window; called on a thread of this.
  init(
    _ windows: [Window], halo: Bool, from reader: SceneReader, for predictor: WindowPredictor,
    write: @escaping (WindowLogits) throws -> Void
  ) throws {
    try rooms.put(predictor.input)
    let (rooms, inputs, results) = (rooms, inputs, results)
    let (geometry, filler) = (predictor.geometry, predictor.filler)
    // each is used by the thread that gets it alone, until that has ended
    nonisolated(unsafe) let reader = reader
    nonisolated(unsafe) let write = write
    do {
      threads.append(
        try BackgroundThread {
          do {
            try SceneFlow.read(
              windows, from: reader, halo ? geometry : nil, filler, rooms, to: inputs)
            inputs.finish()
          } catch {
            inputs.fail(error)
          }
        })
      threads.append(
        try BackgroundThread {
          do {
            while let logits = try results.take() { try write(logits) }
          } catch {
            results.fail(error)
          }
        })
    } catch {
      stop()
      throw error
    }
  }

  /// Computes the next window and hands it to the writer.
  ///
  /// - Throws: What reading or writing threw.
  func advance(_ predictor: WindowPredictor) throws {
    guard let prepared = try inputs.take() else { preconditionFailure("no window is left") }
    guard case .observed(let input) = prepared else { return }
    let loaded = try predictor.load(input)
    try rooms.put(input)
    try results.put(predictor.compute(loaded))
  }

  /// Waits until all is written.
  ///
  /// - Throws: What writing threw.
  func finish() throws {
    results.finish()
    for thread in threads { thread.join() }
    try results.check()
  }

  /// Ends both threads, where they are not at their end yet, and waits for them.
  func stop() {
    rooms.fail(Stopped())
    inputs.fail(Stopped())
    results.fail(Stopped())
    for thread in threads { thread.join() }
  }

  private static func read(
    _ windows: [Window], from reader: SceneReader, _ geometry: WindowGeometry?,
    _ filler: TensorFiller, _ rooms: Handover<WindowInput>, to inputs: Handover<Prepared>
  ) throws {
    var free: WindowInput?
    for window in windows {
      guard let room = try free ?? rooms.take() else { return }
      let isObserved = try room.read(
        window, geometry?.computed(window, in: reader.grid) ?? window, from: reader, filler,
        goOn: inputs.check)
      free = isObserved ? nil : room
      try inputs.put(isObserved ? .observed(room) : .unobserved)
    }
  }
}
