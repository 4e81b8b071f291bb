import Engine
import Foundation

/// The folder of reference values that the engine is compared with.
///
/// It is the one that `RSPIPE_REFERENCE` names, else `Tests/Reference`, which holds a part of it:
/// a test asks `holds` (or looks whether a tensor has a shape) before it reads what a JSON file
/// names, and counts what is absent with `ReferenceTally`.
public struct ReferenceFolder: Sendable {
  /// The folder.
  public let path: String

  /// The folder that `RSPIPE_REFERENCE` names, else `Tests/Reference` of this package.
  public init() {
    let named = ProcessInfo.processInfo.environment["RSPIPE_REFERENCE"] ?? ""
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    self.init(path: named.isEmpty ? tests.appendingPathComponent("Reference").path : named)
  }

  /// Another folder.
  public init(path: String) {
    self.path = path
  }

  /// Whether the folder holds a file, `losses.safetensors`.
  public func holds(_ fileName: String) -> Bool {
    FileManager.default.fileExists(atPath: file(fileName))
  }

  /// The document of `NAME.json`.
  public func json(_ name: String) throws -> JSONValue {
    let path = file(name + ".json")
    return try JSONReader.read([UInt8](Data(contentsOf: URL(fileURLWithPath: path))), source: path)
  }

  /// The tensors of `NAME.safetensors`.
  public func tensors(_ name: String) throws -> SafeTensors {
    try SafeTensors(path: file(name + ".safetensors"))
  }

  /// The names of the files with an extension (`json`), sorted, the extension included.
  public func fileNames(withExtension pathExtension: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasSuffix("." + pathExtension) }.sorted()
  }

  private func file(_ name: String) -> String { path + "/" + name }
}
