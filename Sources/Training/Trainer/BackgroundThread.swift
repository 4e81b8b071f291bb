import Glibc

/// A thread that runs one function; whoever started it waits for its end.
public final class BackgroundThread {
  private var thread = pthread_t()
  private var isJoined = false

  /// What the thread runs.
  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread.
  ///
  /// - Throws: `TrainingError` if the system has no thread to give.
  public init(_ body: @escaping @Sendable () -> Void) throws {
    let argument = Unmanaged.passRetained(Body(body))
    let status = pthread_create(
      &thread, nil,
      { argument in
        // what the function holds must be free before the thread is seen to have ended
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      isJoined = true
      throw TrainingError("cannot start a thread: \(String(cString: strerror(status)))")
    }
  }

  /// Waits until the function has returned.
  public func join() {
    guard !isJoined else { return }
    isJoined = true
    pthread_join(thread, nil)
  }

  deinit { join() }
}
