import Foundation
import Synchronization

@testable import rspipe

/// What a command line came to.
struct CommandLineRun: Equatable {
  var status: Int32
  var output: String
  var errors: String
}

extension CommandLineRun {
  /// Runs within this process.
  init(_ arguments: [String], isInteractive: Bool = false, width: Int = 80) {
    let (output, errors) = (Sink(), Sink())
    let terminal = Terminal(
      isInteractive: isInteractive, width: width, output: output.add, errors: errors.add)
    status = Program(arguments: arguments).run(on: terminal).rawValue
    self.output = output.text
    self.errors = errors.text
  }

  /// Runs the built program.
  init(program arguments: [String]) throws {
    try self.init(CommandLineRun.program, arguments)
  }

  /// Runs a line of a shell, in which `rspipe` is the built program.
  init(shell line: String) throws {
    try self.init(URL(fileURLWithPath: "/bin/bash"), ["-c", line])
  }

  private init(_ executable: URL, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let folder = CommandLineRun.program.deletingLastPathComponent().path
    process.environment = ["PATH": "\(folder):/usr/bin:/bin"]
    let (output, errors) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // one after the other: the errors of these tests fit in a pipe
    self.output = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    self.errors = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationStatus
  }

  /// The program beside the tests that run.
  static var program: URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("rspipe")
  }
}

/// Collects what is written.
final class Sink: Sendable {
  private let collected = Mutex("")

  @Sendable func add(_ text: String) { collected.withLock { $0 += text } }

  var text: String { collected.withLock { $0 } }
}
