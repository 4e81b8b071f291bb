import Foundation
import Pipelines
import Testing

@testable import rspipe

/// Runs of the built program that are stopped by signals, at points that `RSPIPE_SIGNAL_AT` names.
@Suite("Stopped runs")
struct StoppedRunTests {
  private static let results = [
    "hill_classes.tif", "hill_dnbr.tif", "hill_probability.tif", "model.safetensors",
  ]

  /// A pipeline that trains for four epochs of two steps, and its results when it isn't stopped.
  private let folder: Folder
  private let path: String

  init() throws {
    folder = try Folder()
    path = try TinyScene.pipeline(in: folder, replacing: "epochs: 1", with: "epochs: 4")
  }

  private func digests(_ output: String = "out") throws -> [String] {
    try Self.results.map { try Digest.ofFile(folder.file("\(output)/\($0)")) }
  }

  private var uninterrupted: [String] {
    get throws {
      let run = CommandLineRun([
        "run", path, "--set", "output=\(folder.file("whole"))", "--threads", "1", "-q",
      ])
      #expect(run.status == 0, "\(run.errors)")
      return try digests("whole")
    }
  }

  private func run(signalAt point: String) throws -> CommandLineRun {
    // the test runner may ignore signals, and what it starts would go on ignoring them
    try CommandLineRun(
      shell: "RSPIPE_SIGNAL_AT=\(point) env --default-signal=INT,TERM "
        + "rspipe run \(path) --threads 1 -q; exit $?")
  }

  private var partialFiles: [String] {
    let files = FileManager.default.enumerator(atPath: folder.file("out"))
    return (files?.allObjects as? [String] ?? []).filter { $0.contains(".partial-") }
  }

  private func expectToGoOn() throws {
    let rest = CommandLineRun(["run", path, "--threads", "1", "-q"])
    #expect(rest == CommandLineRun(status: 0, output: "", errors: ""))
    #expect(try digests() == uninterrupted)
    #expect(partialFiles == [])
    #expect(
      !FileManager.default.fileExists(
        atPath: folder.file("out/.rspipe/train/checkpoint.safetensors")))
    let again = CommandLineRun(["run", path])
    #expect(again.output.hasSuffix("\nNothing to do: everything is up to date.\n"))
  }

  @Test(
    "a run that is killed in a stage goes on to the bytes of one that never was",
    arguments: [
      "align:0", "indices:0", "indices:1", "train:0", "train:1", "train:5", "train:8",
      "predict:0", "predict:1", "write:0", "write:1",
    ])
  func killed(_ point: String) throws {
    #expect(try run(signalAt: "\(point):9").status == 137)
    try expectToGoOn()
  }

  @Test(
    "SIGINT and SIGTERM stop a run cleanly, and it can go on",
    arguments: [
      ("indices:1:2", 130, "interrupted"), ("train:5:15", 143, "terminated"),
      ("predict:1:15", 143, "terminated"), ("write:1:2", 130, "interrupted"),
    ])
  func stopped(_ point: String, _ status: Int32, _ word: String) throws {
    let stopped = try run(signalAt: point)
    #expect(stopped.status == status)
    #expect(stopped.errors == "rspipe: \(word); run it again to go on from here\n")
    #expect(partialFiles == [])
    try expectToGoOn()
  }

  @Test("training goes on after the last epoch that ended; other settings begin anew")
  func checkpoint() throws {
    #expect(try run(signalAt: "train:6:9").status == 137)
    let other = CommandLineRun(["run", path, "-v", "-q", "--set", "train.seed=5", "--json"])
    #expect(other.status == 0)
    #expect(try run(signalAt: "train:6:9").status == 137)
    let rest = CommandLineRun(["run", path, "-v", "--threads", "1"])
    #expect(rest.errors.contains("rspipe: train: goes on after epoch 2\n"), "\(rest.errors)")
    #expect(try digests() == uninterrupted)
    #expect(try run(signalAt: "train:6:9").status == 0)
  }

  @Test("a second run in the same folder ends with status 75 and leaves the first alone")
  func twoAtOnce() throws {
    let run = try CommandLineRun(
      shell: """
        RSPIPE_SIGNAL_AT=train:3:19 rspipe run \(path) --threads 1 -q & first=$!
        until read -r _ _ state _ < /proc/$first/stat && [ "$state" = T ]; do sleep 0.02; done
        rspipe run \(path); echo "second $?"
        rspipe why \(path) | head -3; rspipe run \(path) --dry-run > /dev/null; echo "dry $?"
        kill -CONT $first; wait $first; echo "first $?"; echo $first
        """)
    let lines = run.output.split(separator: "\n").map(String.init)
    let first = try #require(lines.last)
    #expect(
      lines.dropLast() == [
        "second 75", "align hill: up to date", "indices hill: up to date",
        "train: was not finished", "dry 0", "first 0",
      ])
    #expect(
      run.errors == "rspipe: \(folder.file("out"))/.rspipe: another run (process \(first)) is at "
        + "work here; wait for it, or choose another folder by --work\n")
    #expect(try digests() == uninterrupted)
  }
}
