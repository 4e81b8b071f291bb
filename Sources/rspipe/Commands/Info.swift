import Models
import Pipelines
import Rasters

/// `rspipe info`: what a raster, a model or a pipeline file holds.
struct InfoCommand: Command {
  private static let size = Option(
    "size", takes: .integer("N", 1...16_384),
    "Show each layer of a model and its cost, for an image of this many rows and columns.")

  static let syntax = Syntax(
    "info", "Shows what a raster, a model or a pipeline file holds.",
    details: ["What it is follows from the name: .safetensors, .yaml, .yml, else a raster."],
    operands: [Operand("FILE", "Raster, model file or pipeline file.")],
    options: [size, .json],
    examples: ["info after.tif", "info model.safetensors --size 512"])

  private let path: String
  private let isJSON: Bool
  private let size: Int?

  init(_ arguments: Arguments) throws {
    path = arguments.operand("FILE")
    isJSON = arguments.has(.json)
    size = arguments.integer(InfoCommand.size)
    guard size == nil || path.hasSuffix(".safetensors") else {
      throw ArgumentError.other("'--size' is for a model file (.safetensors), found '\(path)'")
    }
  }

  func run(on terminal: Terminal) throws {
    if path.hasSuffix(".safetensors") {
      let report = try ModelReport(TrainedModel(path: path), path: path, layersForSide: size)
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
