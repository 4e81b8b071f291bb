import Models
import Pipelines
import Rasters

/// `rspipe info`: what a raster, a model or a pipeline file holds.
struct InfoCommand: Command {
  static let syntax = Syntax(
    "info", "Shows what a raster, a model or a pipeline file holds.",
    details: ["What it is follows from the name: .safetensors, .yaml, .yml, else a raster."],
    operands: [Operand("FILE", "Raster, model file or pipeline file.")],
    options: [.json], examples: ["info after.tif", "info model.safetensors --json"])

  private let path: String
  private let isJSON: Bool

  init(_ arguments: Arguments) {
    path = arguments.operand("FILE")
    isJSON = arguments.has(.json)
  }

  func run(on terminal: Terminal) throws {
    if path.hasSuffix(".safetensors") {
      let report = try ModelReport(TrainedModel(path: path), path: path)
      try terminal.print(isJSON ? jsonText(report) : report.text)
    } else if [".yaml", ".yml"].contains(where: path.hasSuffix) {
      let report = try PipelineReport(path: path)
      try terminal.print(isJSON ? jsonText(report) : report.text)
    } else {
      let raster = try Raster(path: path)
      try terminal.print(
        isJSON ? jsonText(RasterReport(raster)) : RasterInfo.text(of: raster) + "\n")
    }
  }
}
