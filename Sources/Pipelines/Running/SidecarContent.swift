/// What of a raster's `.aux.xml` changes how its pixels are read.
///
/// Programs that only look at a raster leave statistics, histograms and overviews there.
enum SidecarContent {
  /// The text that matters; nil if nothing does or there is no file.
  static func text(of path: String) -> String? {
    guard FileSystem.isRegular(path),
      let bytes = try? FileSystem.read(path, limit: 16 << 20)
    else { return nil }
    return text(of: String(decoding: bytes, as: UTF8.self)[...])
  }

  /// The same for the text of a file.
  static func text(of xml: Substring) -> String? {
    var rest = xml
    var pieces: [String] = []
    while let piece = next(&rest) {
      pieces.append(piece)
      while collapse(&pieces) {}
    }
    let text = pieces.filter { !$0.hasPrefix("<?") && !$0.hasPrefix("<!--") }.joined()
    return text.isEmpty ? nil : text
  }

  /// A tag, or the text between two tags without space around it.
  private static func next(_ rest: inout Substring) -> String? {
    rest = rest.drop(while: \.isWhitespace)
    guard let first = rest.first else { return nil }
    let end: Substring.Index
    if first == "<" {
      end = rest.firstIndex(of: ">").map(rest.index(after:)) ?? rest.endIndex
    } else {
      end = rest.firstIndex(of: "<") ?? rest.endIndex
    }
    defer { rest = rest[end...] }
    var piece = rest[..<end]
    while piece.last?.isWhitespace == true { piece.removeLast() }
    return String(piece)
  }

  /// Drops the last element if it is complete and says nothing of pixels; tells whether it did.
  private static func collapse(_ pieces: inout [String]) -> Bool {
    guard let last = pieces.last, last.hasPrefix("<"), last.hasSuffix(">") else { return false }
    let name = elementName(last)
    if last.hasSuffix("/>") {
      guard containers.contains(name) || isIgnored(last) else { return false }
      pieces.removeLast()
      return true
    }
    guard last.hasPrefix("</"),
      let start = pieces.dropLast().lastIndex(where: { piece in
        piece.hasPrefix("<") && !piece.hasPrefix("</") && elementName(piece) == name
      })
    else { return false }
    let isEmpty = start == pieces.count - 2
    guard isIgnored(pieces[start]) || (isEmpty && containers.contains(name)) else { return false }
    pieces.removeSubrange(start...)
    return true
  }

  /// Elements that mean nothing when they are empty.
  private static let containers: Set<String> = ["PAMDataset", "PAMRasterBand", "Metadata"]

  private static func isIgnored(_ tag: String) -> Bool {
    elementName(tag) == "Histograms" || tag.hasPrefix("<MDI key=\"STATISTICS_")
  }

  private static func elementName(_ tag: String) -> String {
    String(
      tag.drop { $0 == "<" || $0 == "/" }.prefix { !$0.isWhitespace && $0 != ">" && $0 != "/" })
  }
}
