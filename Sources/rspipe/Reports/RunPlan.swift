import Pipelines

/// What `rspipe run` would do: for `--dry-run`.
struct RunPlan: Encodable {
  /// A stage with the scenes that it works on; none: once, on the pipeline.
  struct Step: Encodable {
    let stage: String
    let scenes: [String]
  }

  /// A file that would be written.
  struct Output: Encodable {
    let path: String
    let exists: Bool
  }

  let stages: [Step]
  let outputs: [Output]
  let work: String

  /// Takes the plan of a runner.
  init(_ runner: Runner) {
    stages = runner.pipeline.stages.map {
      Step(stage: type(of: $0).component.name, scenes: $0.scenes.map(\.name))
    }
    outputs = runner.outputNames.map {
      let path = "\(runner.outputDirectory)/\($0)"
      return Output(path: path, exists: isFile(path))
    }
    work = runner.workDirectory
  }

  /// The plan for people.
  var text: String {
    var table = Table(["stage", "scenes"])
    for step in stages {
      table.add([step.stage, step.scenes.isEmpty ? "all" : step.scenes.joined(separator: ", ")])
    }
    var lines = table.lines + ["", "outputs:"]
    lines += outputs.map { "  \($0.path)" + ($0.exists ? " (exists)" : "") }
    lines += ["artifacts: \(work)"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The plan as one JSON object.
  func json() throws -> String { try jsonText(self) }
}
