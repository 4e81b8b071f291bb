import Foundation
import Testing

@testable import rspipe

/// The help texts are those in the folder Golden.
///
/// After a change that is meant, renew them and look at the difference:
/// `RSPIPE_RENEW_GOLDEN=1 swift test … --filter HelpTextTests`.
@Suite("Help texts")
struct HelpTextTests {
  static let names = Program.commands.map { $0.syntax.name }

  @Test("each command's help text is its golden file", arguments: names)
  func pages(_ name: String) throws {
    let run = CommandLineRun([name, "--help"])
    #expect(run.status == 0 && run.errors == "")
    try expectGolden(run.output, name)
    #expect(CommandLineRun(["help", name]) == run)
  }

  @Test("the overview is its golden file")
  func overview() throws {
    let run = CommandLineRun(["--help"])
    #expect(run.status == 0 && run.errors == "")
    try expectGolden(run.output, "rspipe")
    #expect(CommandLineRun(["-h"]) == run)
    #expect(CommandLineRun(["help"]) == run)
  }

  @Test("no line is wider than 80 columns, but for examples", arguments: names)
  func width(_ name: String) {
    let lines = CommandLineRun([name, "--help"]).output.split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines where !line.hasPrefix("  rspipe ") { #expect(line.count <= 80, "\(line)") }
  }

  @Test("terms stand beside their meaning, which is broken between words")
  func list() {
    let meaning = String(repeating: "word ", count: 20)
    #expect(
      HelpText.list([("a", meaning), ("long", "short")]) == [
        "  a     word word word word word word word word word word word word word word",
        "        word word word word word word", "  long  short",
      ])
  }

  private func expectGolden(_ text: String, _ name: String) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/\(name).txt")
    if ProcessInfo.processInfo.environment["RSPIPE_RENEW_GOLDEN"] != nil {
      try Data(text.utf8).write(to: file)
    }
    #expect(text == String(decoding: try Data(contentsOf: file), as: UTF8.self))
  }
}
