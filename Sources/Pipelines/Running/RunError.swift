/// Why a run ended without its result; the kind decides the exit status.
public struct RunError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure.
  public enum Kind: Sendable {
    /// The work could not be done.
    case failed
    /// What was asked for makes no sense: options, configuration, an output in the way.
    case usage
    /// An input is missing or cannot be used.
    case input
    /// Another run is at work in the same folder.
    case busy
  }

  /// What kind of failure.
  public let kind: Kind
  /// What happened, where, and how to mend it, in one line.
  public let description: String

  /// Makes an error from one line of text.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
