import YAML

/// A mistake in a pipeline file or in `--set`, with its place, in one line.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where: `pipelines/a.yaml:12:5`, `pipelines/a.yaml` or `--set train.epochs=x`.
  public let place: String
  /// What is wrong and how to mend it.
  public let message: String

  /// Whether all is well with the text but a file that it names is missing.
  public var isMissingFile = false

  /// The line for the user: the place and the message.
  public var description: String { "\(place): \(message)" }

  /// Makes an error about a place that is known by its name only.
  public init(_ message: String, place: String) {
    self.place = place
    self.message = message
  }

  /// Makes an error about a node: at its place in the file, or at where else it came from.
  ///
  /// - Parameters:
  ///   - message: What is wrong and how to mend it, in one line.
  ///   - node: The node; nil for the file as a whole.
  ///   - file: The file as the user named it.
  public init(_ message: String, at node: YAMLNode?, in file: String) {
    self.init(message, mark: node?.mark, origin: node?.origin, in: file)
  }

  /// Makes an error about the key of an entry.
  ///
  /// - Parameters:
  ///   - message: What is wrong and how to mend it, in one line.
  ///   - entry: The entry with the key.
  ///   - file: The file as the user named it.
  public init(_ message: String, atKeyOf entry: YAMLNode.Entry, in file: String) {
    self.init(message, mark: entry.keyMark, origin: entry.value.origin, in: file)
  }

  /// Makes an error from what the YAML reader found.
  ///
  /// - Parameters:
  ///   - error: The error of the reader.
  ///   - file: The file as the user named it.
  public init(_ error: YAMLError, in file: String) {
    self.init(error.message, mark: error.mark, origin: error.origin, in: file)
  }

  private init(_ message: String, mark: YAMLMark?, origin: String?, in file: String) {
    let inFile = mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    self.init(message, place: origin ?? inFile)
  }
}
