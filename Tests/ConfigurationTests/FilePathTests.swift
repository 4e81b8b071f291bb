import Configuration
import Foundation
import Testing
import YAML

@Suite("FilePath")
struct FilePathTests {
  private static let settings = [
    Setting("image", .path, "The image."),
    Setting("mask", .path, default: "mask.tif", "The mask."),
  ]

  @Test("Paths of the file and of defaults are taken from its folder, others from the current one")
  func folders() throws {
    try withFolder { folder in
      let tree = try YAMLNode.parse(text: "image: image.tif")
      let inFile = try decode(tree, base: folder, current: "elsewhere")
      #expect(inFile.text("image") == "\(folder)/image.tif")
      #expect(inFile.text("mask") == "\(folder)/mask.tif")
      let fromOption = try decode(
        tree.applying("image=mask.tif"), base: folder, current: "\(folder)/../\(name(folder))/")
      #expect(fromOption.text("image") == "\(folder)/../\(name(folder))/mask.tif")
      #expect(fromOption.text("mask") == "\(folder)/mask.tif")
    }
  }

  @Test("An absolute path stays, a folder is a file, and an empty folder is the current one")
  func kept() throws {
    try withFolder { folder in
      let absolute = try YAMLNode.parse(text: "image: \(folder)\nmask: \(folder)/mask.tif")
      let settings = try decode(absolute, base: "elsewhere", current: "")
      #expect(settings.text("image") == folder)
      #expect(settings.text("mask") == "\(folder)/mask.tif")
      let relative = try YAMLNode.parse(text: "image: Package.swift\nmask: Package.swift")
      for base in ["", "."] {
        #expect(try decode(relative, base: base, current: "x").text("image") == "Package.swift")
      }
    }
  }

  @Test("A missing file is reported with the path that was tried")
  func missing() throws {
    try withFolder { folder in
      let error = try #require(throws: ConfigurationError.self) {
        try decode(YAMLNode.parse(text: "image: no.tif"), base: folder, current: "")
      }
      #expect(
        error.description
          == "a.yaml:1:8: 'image' names '\(folder)/no.tif': no such file or directory")
    }
  }

  @Test("A path through a file is reported as such")
  func throughFile() throws {
    try withFolder { folder in
      let error = try #require(throws: ConfigurationError.self) {
        try decode(YAMLNode.parse(text: "image: mask.tif/x"), base: folder, current: "")
      }
      #expect(error.message == "'image' names '\(folder)/mask.tif/x': not a directory")
    }
  }

  private func decode(_ node: YAMLNode, base: String, current: String) throws -> Settings {
    try Settings(
      decoding: node, as: Self.settings,
      in: DecodingContext(file: "a.yaml", baseDirectory: base, currentDirectory: current))
  }

  private func name(_ folder: String) -> String { (folder as NSString).lastPathComponent }

  /// Runs in a folder of its own with an image and a mask.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["image.tif", "mask.tif"] {
      try Data().write(to: folder.appending(path: name))
    }
    try body(folder.path)
  }
}
