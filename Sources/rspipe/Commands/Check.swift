import Pipelines
import Rasters

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

extension PipelineFile {
  /// Checks that every input can be opened, has the bands asked for and lies on the scene's grid.
  ///
  /// - Throws: `RasterError` or `RunError` naming the file.
  func checkHeaders() throws {
    for case let align as AlignStage in stages {
      for scene in align.scenes {
        let aligned = try AlignedScene(
          rasters: scene.rasters, order: align.rasters, bands: align.bands,
          gridImage: align.gridImage, resampling: align.resampling)
        let grid = try aligned.open().grid
        guard let label = scene.label else { continue }
        _ = try AlignedSource(
          Raster(path: label.path, nodata: label.nodata), on: grid, resampling: .nearest)
      }
    }
  }
}
