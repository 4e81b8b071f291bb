import Pipelines

/// `rspipe run`: runs a pipeline.
struct RunCommand: Command {
  private static let dryRun = Option(
    "dry-run", "Only show the stages, scenes and outputs; nothing is written.")

  private static let only = Option(
    "only", takes: .text("STAGE"), "Run this stage alone, even if it is up to date.")
  private static let from = Option(
    "from", takes: .text("STAGE"),
    "Run this stage and those after it, even if they are up to date.")
  private static let force = Option("force", "Run all stages, even if they are up to date.")

  static let syntax = Syntax(
    "run", "Runs the stages of a pipeline file, from images to maps.",
    details: [
      "Prints the area of each class, the scores where there are labels, and the files written. "
        + "Outputs that this pipeline wrote are replaced; others only with --overwrite.",
      "Stages that are up to date are skipped: 'rspipe why' says which are not. A run that was "
        + "stopped goes on where it was.",
    ],
    operands: [Operand("PIPELINE", "Pipeline file (YAML).")],
    options: [
      .set, .work, dryRun, only, from, force, .overwrite, .threads, .memory, .json, .quiet,
      .verbose,
    ],
    examples: [
      "run pipelines/burned.yaml", "run burned.yaml --set stages.train.epochs=5 --set output=trial",
    ])

  private let path: String
  private let arguments: Arguments
  private let choice: RunOptions.Choice

  init(_ arguments: Arguments) throws {
    path = arguments.operand("PIPELINE")
    self.arguments = arguments
    let given = [RunCommand.only, RunCommand.from, RunCommand.force].filter(arguments.has)
    if given.count > 1 {
      throw ArgumentError.other(
        "'--\(given[0].name)' and '--\(given[1].name)' exclude each other; give one of them")
    }
    if let stage = arguments.text(RunCommand.only) {
      choice = .only(stage)
    } else if let stage = arguments.text(RunCommand.from) {
      choice = .from(stage)
    } else {
      choice = arguments.has(RunCommand.force) ? .all : .stale
    }
  }

  func run(on terminal: Terminal) throws {
    let pipeline = try PipelineFile(path: path, changes: arguments.texts(.set))
    var options = RunOptions(
      workDirectory: arguments.text(.work), overwrites: arguments.has(.overwrite),
      threads: arguments.integer(.threads) ?? Processors.count)
    options.choice = choice
    options.memory = arguments.bytes(.memory)
    if !arguments.has(RunCommand.dryRun) { options.interruption = .bySignals() }
    let runner = Runner(pipeline, options: options)
    if arguments.has(RunCommand.dryRun) {
      try pipeline.checkHeaders()
      let plan = RunPlan(runner)
      return try terminal.print(arguments.has(.json) ? plan.json() : plan.text)
    }
    let progress = ProgressLine(terminal, arguments)
    defer { progress.clear() }
    let outcome = try runner.execute(observer: KillPoint(progress) ?? progress)
    progress.clear()
    if arguments.has(.json) {
      try terminal.print(String(decoding: outcome.summary.encoded(), as: UTF8.self))
    } else if !arguments.has(.quiet) {
      let nothing = "\nNothing to do: everything is up to date.\n"
      try terminal.print(
        SummaryText(outcome.summary).text + (outcome.workCount == 0 ? nothing : ""))
    }
    let failed = outcome.failedScenes
    guard failed.isEmpty else {
      throw ScenesFailed(names: failed, count: pipeline.scenes.count)
    }
  }
}
