import Pipelines

/// `rspipe why`: what makes each stage run.
struct WhyCommand: Command {
  static let syntax = Syntax(
    "why", "Says of each stage and scene whether it is up to date or what makes it run.",
    details: [
      "A stage is up to date if its settings, the content of its inputs, the stages that it builds "
        + "on and the version of the program are those of its last run, and its outputs are as it "
        + "left them. Nothing is run."
    ],
    operands: [Operand("PIPELINE", "Pipeline file (YAML).")],
    options: [.set, .work, .json], examples: ["why burned.yaml --set train.epochs=12"])

  private let path: String
  private let arguments: Arguments

  init(_ arguments: Arguments) {
    path = arguments.operand("PIPELINE")
    self.arguments = arguments
  }

  /// One line of the answer as JSON.
  private struct Item: Encodable {
    let stage: String
    let scene: String?
    let isUpToDate: Bool
    let reasons: [String]
  }

  func run(on terminal: Terminal) throws {
    let pipeline = try PipelineFile(path: path, changes: arguments.texts(.set))
    let runner = Runner(
      pipeline, options: RunOptions(workDirectory: arguments.text(.work), threads: 1))
    let answers = try runner.staleness()
    if arguments.has(.json) {
      try terminal.print(
        jsonText(
          answers.map {
            Item(
              stage: $0.stage, scene: $0.scene, isUpToDate: $0.isUpToDate, reasons: $0.reasons)
          }))
    } else {
      try terminal.print(answers.map { $0.text + "\n" }.joined())
    }
  }
}
