/// What is wrong with a YAML text, or with a path into one, and where.
public struct YAMLError: Error, Sendable, Equatable {
  /// The place of the fault, or nil if it concerns the text as a whole.
  public let mark: YAMLMark?
  /// What is wrong and how to mend it, in one line.
  public let message: String
  /// Where the faulty text came from if not from a file, such as `--set train.epochs=5`.
  public let origin: String?

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - message: What is wrong, in one line.
  ///   - mark: The place of the fault.
  ///   - origin: Where the text came from, or nil for a file.
  public init(_ message: String, at mark: YAMLMark?, origin: String? = nil) {
    self.message = message
    self.mark = mark
    self.origin = origin
  }
}
