import Pipelines

/// `rspipe check`: checks a pipeline file and the headers of its inputs.
struct CheckCommand: Command {
  static let syntax = Syntax(
    "check", "Checks a pipeline file and its inputs without reading pixels.",
    operands: [Operand("PIPELINE", "Pipeline file (YAML).")], options: [.set],
    examples: ["check burned.yaml --set stages.train.model.base=16"])

  private let path: String
  private let changes: [String]

  init(_ arguments: Arguments) {
    path = arguments.operand("PIPELINE")
    changes = arguments.texts(.set)
  }

  func run(on terminal: Terminal) throws {
    let pipeline = try PipelineFile(path: path, changes: changes)
    try pipeline.checkHeaders()
    let counts = [("stage", pipeline.stages.count), ("scene", pipeline.scenes.count)].map {
      "\($1) \($0)\($1 == 1 ? "" : "s")"
    }
    try terminal.print("\(path): ok (\(counts.joined(separator: ", ")))\n")
  }
}
