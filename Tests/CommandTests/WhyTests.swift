import Foundation
import Testing

@testable import rspipe

@Suite("rspipe why")
struct WhyTests {
  @Test("each stage and scene has a line, and nothing is run")
  func lines() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder)
    #expect(
      CommandLineRun(["why", path]).output == """
        align hill: not run yet
        indices hill: not run yet
        train: not run yet
        predict hill: not run yet
        write hill: not run yet

        """)
    #expect(folder.names == ["fire.yaml", "label.tif", "post.tif", "pre.tif"])
    #expect(CommandLineRun(["run", path, "-q"]).status == 0)
    let why = CommandLineRun(["why", path, "--set", "train.epochs=2"])
    #expect(
      why
        == CommandLineRun(
          status: 0,
          output: """
            align hill: up to date
            indices hill: up to date
            train: setting epochs changed from 1 to 2
            predict hill: train runs again
            write hill: predict runs again

            """, errors: ""))
    let json = CommandLineRun(["why", path, "--json", "--set", "write.threshold=0.4"])
    #expect(json.output.contains("\"setting threshold was added: 0.4\""))
  }

  @Test("a run with nothing to do says so and ends soon")
  func nothing() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder)
    let first = CommandLineRun(["run", path])
    #expect(first.status == 0)
    let again = try CommandLineRun(program: ["run", path, "-v"])
    #expect(again.output == first.output + "\nNothing to do: everything is up to date.\n")
    #expect(again.errors.hasPrefix("rspipe: align hill: up to date\n"))
    // the time that the processor spends: that of the clock depends on what else it does
    let times = try CommandLineRun(shell: "TIMEFORMAT='%U %S'; time rspipe run \(path) -q")
    let seconds = times.errors.split { $0.isWhitespace }.compactMap { Double($0) }
    #expect(seconds.count == 2 && seconds.reduce(0, +) < 0.2, "\(times.errors)")
  }

  @Test("options that choose stages exclude each other")
  func choices() {
    #expect(
      CommandLineRun(["run", "a.yaml", "--force", "--only", "train"]).errors
        == "rspipe: '--only' and '--force' exclude each other; give one of them\n")
  }

  @Test("scenes that failed stand in a table with their errors, and the status is 1")
  func failed() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("post.tif")))
    try bytes.prefix(bytes.count / 3).write(to: URL(fileURLWithPath: folder.file("broken.tif")))
    let text = try String(contentsOfFile: path, encoding: .utf8).replacing(
      "classes:", with: "  - {name: dale, pre: pre.tif, post: broken.tif}\nclasses:")
    try folder.write(text, as: "fire.yaml")
    let run = CommandLineRun(["run", path])
    #expect(run.status == 1)
    #expect(run.errors == "rspipe: 1 of 2 scenes failed: dale\n")
    let lines = run.output.split(separator: "\n")
    #expect(lines.contains("  scene  unburned ha  burned ha  not observed ha  result"))
    #expect(lines.contains { $0.hasPrefix("  dale") && $0.hasSuffix("failed") })
    #expect(lines.contains { $0.hasPrefix("  hill") && $0.hasSuffix("done") })
    #expect(lines.contains { $0.hasPrefix("  dale failed: \(folder.file("broken.tif")): cannot ") })
  }
}
