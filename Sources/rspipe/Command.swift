/// What `rspipe` can do: a name, what it takes, and the work.
///
/// Adding one is one file in `Commands`, one line in `Program.commands` and its help text among the
/// golden files of the tests.
protocol Command: Sendable {
  /// The name, the operands and the options.
  static var syntax: Syntax { get }

  /// Takes what was typed; checks what needs no file.
  ///
  /// - Throws: `ArgumentError`.
  init(_ arguments: Arguments) throws

  /// Does the work.
  func run(on terminal: Terminal) throws
}

extension Program {
  /// All commands, in the order in which `rspipe --help` lists them.
  static let commands: [any Command.Type] = [
    RunCommand.self,
    WhyCommand.self,
    CheckCommand.self,
    PredictCommand.self,
    EvaluateCommand.self,
    InfoCommand.self,
    DescribeCommand.self,
    SimulateCommand.self,
    BenchCommand.self,
  ]
}
