import Pipelines

/// `rspipe run`: runs a pipeline.
struct RunCommand: Command {
  private static let work = Option(
    "work", takes: .text("DIR"),
    "Folder for artifacts of the stages; by default '.rspipe' in the folder for results.")
  private static let dryRun = Option(
    "dry-run", "Only show the stages, scenes and outputs; nothing is written.")

  static let syntax = Syntax(
    "run", "Runs the stages of a pipeline file, from images to maps.",
    details: [
      "Prints the area of each class, the scores where there are labels, and the files written. "
        + "Outputs that this pipeline wrote are replaced; others only with --overwrite."
    ],
    operands: [Operand("PIPELINE", "Pipeline file (YAML).")],
    options: [.set, work, dryRun, .overwrite, .threads, .json, .quiet, .verbose],
    examples: [
      "run pipelines/burned.yaml", "run burned.yaml --set stages.train.epochs=5 --set output=trial",
    ])

  private let path: String
  private let arguments: Arguments

  init(_ arguments: Arguments) {
    path = arguments.operand("PIPELINE")
    self.arguments = arguments
  }

  func run(on terminal: Terminal) throws {
    let pipeline = try PipelineFile(path: path, changes: arguments.texts(.set))
    let runner = Runner(
      pipeline,
      options: RunOptions(
        workDirectory: arguments.text(RunCommand.work), overwrites: arguments.has(.overwrite),
        threads: arguments.integer(.threads) ?? Processors.count))
    if arguments.has(RunCommand.dryRun) {
      try pipeline.checkHeaders()
      let plan = RunPlan(runner)
      return try terminal.print(arguments.has(.json) ? plan.json() : plan.text)
    }
    let progress = ProgressLine(terminal, arguments)
    defer { progress.clear() }
    let summary = try runner.run(observer: progress)
    progress.clear()
    if arguments.has(.json) {
      try terminal.print(String(decoding: summary.encoded(), as: UTF8.self))
    } else if !arguments.has(.quiet) {
      try terminal.print(SummaryText(summary).text)
    }
  }
}
