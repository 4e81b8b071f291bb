import Glibc
import Synchronization

/// The number of the signal that asked the process to stop; 0: none.
private let caughtSignal = Atomic<Int32>(0)

/// Whether a run is asked to stop; it does at its next window or step.
public struct Interruption: Sendable {
  private let signal: @Sendable () -> Int32

  /// Makes one from a function that gives the number of a signal, or 0.
  public init(_ signal: @escaping @Sendable () -> Int32) { self.signal = signal }

  /// Never.
  public static let never = Interruption { 0 }

  /// Catches SIGINT and SIGTERM once; a second one ends the process at once.
  ///
  /// A signal that the process was started to ignore stays ignored.
  public static func bySignals() -> Interruption {
    let interruption = Interruption { caughtSignal.load(ordering: .relaxed) }
    // touched before a handler can be, which must not initialise anything
    _ = interruption.signal()
    for number in [SIGINT, SIGTERM] {
      var old = sigaction()
      sigaction(number, nil, &old)
      let isIgnored = unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1
      guard !isIgnored else { continue }
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { caughtSignal.store($0, ordering: .relaxed) }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESTART)) | Int32(bitPattern: SA_RESETHAND)
      sigaction(number, &action, nil)
    }
    return interruption
  }

  /// Goes on, or stops.
  ///
  /// - Throws: `Interrupted`.
  func check() throws {
    let number = signal()
    if number != 0 { throw Interrupted(signal: number) }
  }
}

/// A run that stopped because it was asked to.
public struct Interrupted: Error, Equatable, Sendable, CustomStringConvertible {
  /// The signal that asked.
  public let signal: Int32

  /// Names the signal.
  public init(signal: Int32) { self.signal = signal }

  /// One line.
  public var description: String {
    "\(signal == SIGTERM ? "terminated" : "interrupted"); run it again to go on from here"
  }
}
