import Configuration
import Pipelines

/// What a pipeline file says, with every default filled in.
struct PipelineReport: Encodable {
  /// One scene.
  struct Scene: Encodable {
    let name: String
    let roles: [String]
    let rasters: [String: String]
    let label: String?
  }

  /// One class.
  struct Class: Encodable {
    let value: Int
    let code: Int
    let name: String
    let colour: String
  }

  /// One stage; its settings as YAML in flow style, by key.
  struct Stage: Encodable {
    let name: String
    let settings: [String: String]
  }

  let path: String
  let scenes: [Scene]
  let classes: [Class]
  let ignore: Int
  let model: String?
  let stages: [Stage]
  let outputs: [String]

  /// Reads and checks the file.
  init(path: String) throws {
    let pipeline = try PipelineFile(path: path)
    let runner = Runner(pipeline, options: RunOptions(threads: 1))
    self.path = path
    scenes = pipeline.scenes.map { scene in
      Scene(
        name: scene.name,
        roles: SceneRole.allCases.filter(scene.roles.contains).map(\.rawValue),
        rasters: scene.rasters.mapValues(\.path), label: scene.label?.path)
    }
    classes = pipeline.classes.items.enumerated().map {
      Class(value: $0, code: $1.code, name: $1.name, colour: $1.colour.hex)
    }
    ignore = pipeline.classes.ignore
    model = pipeline.model
    stages = pipeline.declarations.map(Stage.init)
    outputs = runner.outputNames.map { "\(runner.outputDirectory)/\($0)" }
  }

  /// The report for people.
  var text: String {
    var lines = ["pipeline: \(path)"] + (model.map { ["model: \($0)"] } ?? [])
    for scene in scenes {
      lines += ["", "scene \(scene.name) (\(scene.roles.joined(separator: ", ")))"]
      lines += scene.rasters.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
      lines += scene.label.map { ["  label: \($0)"] } ?? []
    }
    var table = Table(["class", "value", "code", "colour"])
    for item in classes { table.add([item.name, "\(item.value)", "\(item.code)", item.colour]) }
    lines += [""] + table.lines + ["ignored code: \(ignore)"]
    for stage in stages {
      lines += ["", "stage \(stage.name)"]
      lines += stage.settings.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    }
    return (lines + ["", "outputs:"] + outputs.map { "  \($0)" }).joined(separator: "\n") + "\n"
  }
}

extension PipelineReport.Stage {
  /// Takes an entry of `stages:`.
  init(_ declaration: StageDeclaration) {
    // one key at a time: {key: value} without its braces
    let texts = declaration.settings.values.map { key, value in
      (key, String(Settings(values: [key: value]).plainText.dropFirst(key.count + 3).dropLast()))
    }
    self.init(name: declaration.name, settings: Dictionary(uniqueKeysWithValues: texts))
  }
}
