extension YAMLNode {
  /// The greatest nesting of sequences and mappings, aliases included.
  public static let greatestDepth = 64
  /// The greatest number of keys and values, each alias counted as what it stands for.
  public static let largestCount = 100_000
  /// The greatest length of a text in bytes: 4 MiB.
  public static let longestText = 4 << 20

  /// Reads the one document of a UTF-8 text.
  ///
  /// - Parameter bytes: The text, at most `longestText` bytes.
  /// - Throws: `YAMLError` for a text that is no YAML, is empty or too large, is not UTF-8, holds a
  ///   second document, a key twice or a key that is no scalar, or uses tags, merge keys, or
  ///   aliases that contain themselves.
  public static func parse(_ bytes: [UInt8]) throws -> YAMLNode {
    guard bytes.count <= longestText else {
      throw YAMLError(
        "the text has \(bytes.count) bytes, more than \(longestText) (4 MiB)", at: nil)
    }
    try checkEncoding(bytes)
    var composer = Composer(bytes)
    return try composer.document()
  }

  /// Reads the one document of a text; see `parse(_:)`.
  public static func parse(text: String) throws -> YAMLNode {
    try parse(Array(text.utf8))
  }

  /// libyaml would read UTF-16 as well; everything else that reads these files would not.
  private static func checkEncoding(_ bytes: [UInt8]) throws {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw YAMLError(
        "the text is UTF-16; save it as UTF-8", at: YAMLMark(line: 1, column: 1))
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let offset = error.byteOffsets.lowerBound
      let byte = String(bytes[offset], radix: 16, uppercase: true)
      throw YAMLError(
        "the byte 0x\(byte) is not UTF-8; save the text as UTF-8",
        at: YAMLMark(offset: offset, in: bytes))
    }
  }
}
