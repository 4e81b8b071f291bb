/// What decoding needs to know beside the YAML text.
public struct DecodingContext: Sendable {
  /// The file as the user named it, for messages.
  public let file: String
  /// The folder of the file: relative paths in it are taken from there.
  public let baseDirectory: String
  /// The folder that relative paths of the command line are taken from.
  public let currentDirectory: String
  /// The components that may be named.
  public let catalogue: Catalogue
  /// The stages that may be referred to, each with the kind of artifact that it gives.
  public var artifacts: [String: String]

  /// Makes a context.
  ///
  /// - Parameters:
  ///   - file: The file as the user named it.
  ///   - baseDirectory: The folder of the file; empty for the current one.
  ///   - currentDirectory: The folder for paths of the command line; empty for the current one.
  ///   - catalogue: The components that may be named.
  ///   - artifacts: The kind of artifact of each earlier stage, by the name of the stage.
  public init(
    file: String, baseDirectory: String, currentDirectory: String = "",
    catalogue: Catalogue = Catalogue([]), artifacts: [String: String] = [:]
  ) {
    self.file = file
    self.baseDirectory = baseDirectory
    self.currentDirectory = currentDirectory
    self.catalogue = catalogue
    self.artifacts = artifacts
  }
}
