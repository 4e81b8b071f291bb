/// A network that cannot be built for these bands.
public struct ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The architecture, what was expected and what was found.
  public let description: String

  /// Makes an error from one line of text.
  public init(_ description: String) { self.description = description }
}
