import Engine
import Glibc
import Pipelines
import Rasters

/// The program as a whole: finds the command, and turns errors into a line and a status.
struct Program {
  private let arguments: [String]

  /// Takes the words after the program's name.
  init(arguments: [String]) {
    self.arguments = arguments
  }

  /// Runs on the real terminal and ends the process.
  func runAndExit() -> Never {
    Terminal.prepareDescriptors()
    BlockCache.returnFreedMemory()
    BlockCache.own()
    exit(run(on: .standard()).rawValue)
  }

  /// Runs; errors are reported on the terminal.
  func run(on terminal: Terminal) -> ExitStatus {
    do {
      try Program.chooseInstructions(getenv("RSPIPE_ISA").map { String(cString: $0) })
      try runCommand(on: terminal)
      return .done
    } catch is ClosedPipe {
      // whoever read has what they wanted, as with 'rspipe … | head'
      return .failed
    } catch {
      terminal.report(line(of: error))
      return ExitStatus(error)
    }
  }

  /// Uses the vector instructions that the environment asks for, to compare them.
  static func chooseInstructions(_ name: String?) throws {
    guard let name, !name.isEmpty else { return }
    let known = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
    guard let instructions = InstructionSet(rawValue: name) else {
      throw ArgumentError.other("the variable RSPIPE_ISA takes one of \(known), found '\(name)'")
    }
    guard instructions.use() else {
      throw ArgumentError.other(
        "the variable RSPIPE_ISA asks for \(name), which this processor lacks; it has "
          + InstructionSet.best.rawValue)
    }
  }

  private func runCommand(on terminal: Terminal) throws {
    guard let name = arguments.first else { throw ArgumentError.missingCommand }
    let rest = Array(arguments.dropFirst())
    switch name {
    case "--version": return try terminal.print("rspipe \(Version.text)\n")
    case "-h", "--help": return try terminal.print(HelpText.overview)
    case "help":
      guard let topic = rest.first else { return try terminal.print(HelpText.overview) }
      return try terminal.print(HelpText.page(try command(topic).syntax))
    default: break
    }
    let type = try command(name)
    do {
      try type.init(Arguments(rest, for: type.syntax)).run(on: terminal)
    } catch is HelpRequest {
      try terminal.print(HelpText.page(type.syntax))
    }
  }

  private func command(_ name: String) throws -> any Command.Type {
    if name.hasPrefix("-") { throw ArgumentError.optionBeforeCommand(name) }
    guard let type = Program.commands.first(where: { $0.syntax.name == name }) else {
      throw ArgumentError.unknownCommand(name)
    }
    return type
  }

  /// The error in one line, whatever it is.
  private func line(of error: any Error) -> String {
    "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
