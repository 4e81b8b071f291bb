/// A network or its weights that do not fit together.
public struct GraphError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was expected and what was found.
  public let description: String

  /// Makes an error from one line of text.
  public init(_ description: String) { self.description = description }
}
