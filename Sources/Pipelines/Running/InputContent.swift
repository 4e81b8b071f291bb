import Rasters

/// What the pixels or features of an input depend on: the file, files beside it, and files that it
/// refers to.
struct InputContent {
  /// Files beside a raster or vector that belong to it, after its whole name.
  private static let suffixes = [".msk", "-wal"]
  /// The same, in place of its extension: headers, world files, projections, attributes.
  private static let extensions = ["hdr", "tfw", "wld", "prj", "dbf", "shx", "cpg"]
  /// Virtual rasters may refer to others this deep.
  private static let depthLimit = 8

  /// One digest for all of it; text that says so where a file cannot be read, since the stage that
  /// reads it says it better.
  ///
  /// - Parameters:
  ///   - path: A file, a folder, or anything that GDAL opens.
  ///   - digests: What is known of files.
  ///   - check: Called now and then.
  static func digest(
    of path: String, using digests: inout FileDigests, check: () throws -> Void, depth: Int = 0
  ) throws -> String {
    guard let file = regularFile(of: path) else { return try other(path, &digests, check) }
    var texts = [try digest(file, &digests, check)]
    for companion in companions(of: file) where FileSystem.exists(companion) {
      texts.append(try digest(companion, &digests, check))
    }
    if let sidecar = SidecarContent.text(of: "\(file).aux.xml") {
      texts.append(Digest.of(Array(sidecar.utf8)))
    }
    if file.hasSuffix(".vrt"), depth < depthLimit {
      for source in VirtualSources.paths(in: file) {
        texts.append(try digest(of: source, using: &digests, check: check, depth: depth + 1))
      }
    }
    return texts.count == 1 ? texts[0] : Digest.of(Array(texts.joined(separator: "\n").utf8))
  }

  private static func digest(
    _ file: String, _ digests: inout FileDigests, _ check: () throws -> Void
  ) throws -> String {
    do {
      return try digests.digest(of: file, check: check)
    } catch let error as RunError {
      return "\(error)"
    }
  }

  /// A folder is all files in it; of what only GDAL can reach, the name is all that is known.
  private static func other(
    _ path: String, _ digests: inout FileDigests, _ check: () throws -> Void
  ) throws -> String {
    guard FileSystem.isDirectory(path) else { return "not a file: \(path)" }
    var texts: [String] = []
    for name in FileSystem.files(in: path) {
      texts.append("\(name) \(try digest("\(path)/\(name)", &digests, check))")
    }
    return Digest.of(Array(texts.joined(separator: "\n").utf8))
  }

  /// The file itself; for `/vsizip/a.zip/b.tif` the archive.
  private static func regularFile(of path: String) -> String? {
    guard path.hasPrefix("/vsi") else { return FileSystem.isRegular(path) ? path : nil }
    var rest = path
    while rest.hasPrefix("/vsi"), let slash = rest.dropFirst().firstIndex(of: "/") {
      rest = String(rest[rest.index(after: slash)...])
    }
    rest = String(rest.drop { $0 == "{" }).replacing("}", with: "")
    while !rest.isEmpty, rest != "/" {
      if FileSystem.isRegular(rest) { return rest }
      rest = FileSystem.directory(rest)
    }
    return nil
  }

  private static func companions(of file: String) -> [String] {
    let folder = FileSystem.directory(file)
    let stem = (folder.isEmpty ? "" : folder == "/" ? "/" : "\(folder)/") + FileSystem.stem(file)
    return suffixes.map { file + $0 } + extensions.map { "\(stem).\($0)" }.filter { $0 != file }
  }
}

/// The files that a virtual raster refers to.
enum VirtualSources {
  /// Their paths; those that the file says are relative to it are taken from its folder.
  static func paths(in file: String) -> [String] {
    guard let bytes = try? FileSystem.read(file, limit: 64 << 20) else { return [] }
    let text = String(decoding: bytes, as: UTF8.self)
    var paths: [String] = []
    for name in ["SourceFilename", "SourceDataset"] {
      for element in text.split(separator: "<\(name)").dropFirst() {
        guard let start = element.firstIndex(of: ">") else { continue }
        let content = element[element.index(after: start)...].prefix { $0 != "<" }
        let path = unescaped(content)
        let isRelative = element[..<start].contains("relativeToVRT=\"1\"")
        let folder = FileSystem.directory(file)
        paths.append(isRelative && !folder.isEmpty ? "\(folder)/\(path)" : path)
      }
    }
    return paths
  }

  private static func unescaped(_ text: Substring) -> String {
    var text = String(text)
    for (entity, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
    ] { text = text.replacing(entity, with: character) }
    return text
  }
}
