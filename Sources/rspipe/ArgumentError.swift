import Configuration

/// A mistake on the command line.
enum ArgumentError: Error, CustomStringConvertible {
  case missingCommand
  case unknownCommand(String)
  case optionBeforeCommand(String)
  case unknownOption(String, Syntax)
  case missingValue(Option)
  case unwantedValue(Option, String)
  case wrongValue(Option, expected: String, String)
  case repeated(Option)
  case missingOperand(Operand, Syntax)
  case unwantedOperand(String, Syntax)
  case missingOption(Option, Syntax)
  /// Anything else that a command finds wrong with its arguments.
  case other(String)

  /// What is wrong and how to mend it, in one line.
  var description: String {
    switch self {
    case .missingCommand:
      "missing command. Commands: \(commandNames.joined(separator: ", ")). See 'rspipe --help'"
    case .unknownCommand(let name) where [".yaml", ".yml"].contains { name.hasSuffix($0) }:
      "unknown command '\(name)'. To run a pipeline: rspipe run \(name)"
    case .unknownCommand(let name):
      "unknown command '\(name)'.\(hint(name, commandNames)) See 'rspipe --help'"
    case .optionBeforeCommand(let name):
      "unknown option '\(name)'. It follows the command; see 'rspipe --help'"
    case .unknownOption(let name, let syntax):
      "unknown option '\(name)'.\(hint(name, syntax.options.map { "--\($0.name)" })) "
        + "See 'rspipe \(syntax.name) --help'"
    case .missingValue(let option): "'--\(option.name)' needs a value: \(option.usage)"
    case .unwantedValue(let option, let value):
      "'--\(option.name)' takes no value, found '\(value)'"
    case .wrongValue(let option, let expected, let value):
      "'--\(option.name)' takes \(expected), found '\(value)'"
    case .repeated(let option): "'--\(option.name)' comes twice; give it once"
    case .missingOperand(let operand, let syntax):
      "missing \(operand.name). Usage: \(syntax.usage)"
    case .unwantedOperand(let word, let syntax):
      "unexpected '\(word)'. Usage: \(syntax.usage)"
    case .missingOption(let option, let syntax):
      "missing '\(option.usage)'. See 'rspipe \(syntax.name) --help'"
    case .other(let message): message
    }
  }

  private var commandNames: [String] { Program.commands.map { $0.syntax.name } }

  private func hint(_ name: String, _ names: [String]) -> String {
    nearest(name, in: names).map { " Did you mean '\($0)'?" } ?? ""
  }
}
