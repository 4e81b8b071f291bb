import Engine
import Pipelines

/// `rspipe predict`: maps a scene with a model file.
struct PredictCommand: Command {
  private static let model = Option(
    "model", takes: .text("FILE"), "Model file (.safetensors) that a pipeline wrote.")
  private static let probabilities = Option(
    "probabilities", takes: .text("FILE"),
    "Also write probabilities: of the second of two classes, else of all.")
  private static let tile = Option(
    "tile", takes: .integer("N", 16...16_384),
    "Side of a window in pixels; by default four halos of the network, and at least 384.")
  private static let scale = Option(
    "scale", takes: .number("X"),
    "Factor that turns the images' numbers into reflectance; by default the files' own.")
  private static let offset = Option(
    "offset", takes: .number("X"), "Term added after the factor; by default the files' own.")

  static let syntax = Syntax(
    "predict", "Maps a scene with a model file.",
    details: [
      "The map is a cloud-optimised GeoTIFF of classes on the grid of the model's last image, with "
        + "a QGIS style beside it. Prints the area of each class."
    ],
    operands: [
      Operand(
        "NAME=INPUT", count: 1...100,
        "Image of the model and its raster, such as pre=a.tif; NAME may be left out where the "
          + "model needs one image. 'rspipe info MODEL' shows the names."),
      Operand("OUTPUT", "The map to write."),
    ],
    options: [
      model, probabilities, scale, offset, tile, .exact, .overwrite, .threads, .memory, .json,
      .quiet,
      .verbose,
    ],
    examples: ["predict --model model.safetensors pre=before.tif post=after.tif map.tif"])

  private let model: String
  private let arguments: Arguments

  init(_ arguments: Arguments) throws {
    guard let model = arguments.text(PredictCommand.model) else {
      throw ArgumentError.missingOption(PredictCommand.model, PredictCommand.syntax)
    }
    self.model = model
    self.arguments = arguments
  }

  func run(on terminal: Terminal) throws {
    var options = ScenePrediction.Options(
      threads: arguments.integer(.threads) ?? Processors.count)
    options.probabilities = arguments.text(PredictCommand.probabilities)
    options.overwrites = arguments.has(.overwrite)
    options.tile = arguments.integer(PredictCommand.tile)
    options.memory = arguments.bytes(.memory)
    options.kernels = arguments.has(.exact) ? .exact : .fast
    options.scale = arguments.number(PredictCommand.scale)
    options.offset = arguments.number(PredictCommand.offset)
    let prediction = try ScenePrediction(
      model: model, inputs: arguments.operands("NAME=INPUT").map(PredictCommand.input),
      output: arguments.operand("OUTPUT"), options: options)
    let progress = ProgressLine(terminal, arguments)
    defer { progress.clear() }
    var summary = Summary(pipeline: "")
    summary.scenes = [try prediction.run(observer: progress)]
    summary.files = prediction.outputs
    progress.clear()
    if arguments.has(.json) {
      try terminal.print(jsonText(summary.scenes[0]))
    } else if !arguments.has(.quiet) {
      try terminal.print(SummaryText(summary).text)
    }
  }

  /// `pre=a.tif`; what comes before the sign is part of a path where it holds a slash.
  static func input(_ word: String) -> ScenePrediction.Input {
    guard let sign = word.firstIndex(of: "="), !word[..<sign].contains("/") else {
      return ScenePrediction.Input(name: nil, path: word)
    }
    return ScenePrediction.Input(
      name: String(word[..<sign]), path: String(word[word.index(after: sign)...]))
  }
}
