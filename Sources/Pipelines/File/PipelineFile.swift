import Configuration
import YAML

/// A pipeline file after checking: scenes, classes and stages that fit together.
///
/// No pixel has been read.
public struct PipelineFile: Sendable {
  /// The path as the user named it.
  public let path: String
  /// The name: the file's without its extension.
  public let name: String
  /// The folder for results; nil: the name with `-output`, in the current folder.
  public let output: String?
  /// The scenes in order.
  public let scenes: [Scene]
  /// The scenes as they were decoded, by name.
  let sceneSettings: [String: Settings]
  /// The keys of scenes.
  let sceneDeclarations: [Setting]
  /// The classes in order.
  public let classes: ClassList
  /// Weights to use instead of training, where named.
  public let model: String?
  /// The entries of `stages:` in order, with their settings decoded.
  public let declarations: [StageDeclaration]
  /// The stages in order.
  public let stages: [any Stage]

  /// The keys of a pipeline file; those of scenes follow from the stages.
  ///
  /// - Parameter hasTable: Whether the scenes are in a table of their own.
  static func settings(rasters: [String], hasTable: Bool = false) -> [Setting] {
    let scenes: SettingKind = .list(.group(Scene.settings(rasters: rasters)), count: 1...100_000)
    return [
      Setting(
        "output", .text,
        "Folder for results; by default the file's name with '-output', in the current folder."),
      Setting(
        "model", .path, "Weights to use (.safetensors); training is skipped then."),
      Setting(
        "scenes", hasTable ? .path : scenes, isRequired: true,
        "The scenes to train on, to validate on or to map: a list, or a table (CSV) with a column "
          + "for each key."),
      Setting(
        "classes", .list(.group(ClassList.settings), count: 2...254), isRequired: true,
        "The classes; the position in the list, from 0, is the value written."),
      Setting(
        "ignore", .integer(-2_147_483_648...2_147_483_647), default: "255",
        "Label value that is left out of training and scores."),
      Setting(
        "stages", .list(.component(family: "stage"), count: 1...100), isRequired: true,
        "What is done, in order."),
    ]
  }

  /// Reads and checks a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - changes: `KEY=VALUE` of the command line, applied in order.
  ///   - currentDirectory: The folder that paths in `changes` are relative to.
  /// - Throws: `ConfigurationError`, one line, for the first mistake; `RunError` if the file cannot
  ///   be read.
  public init(path: String, changes: [String] = [], currentDirectory: String = "") throws {
    let text = try FileSystem.read(path, limit: YAMLNode.longestText)
    var root: YAMLNode
    do {
      root = try changes.reduce(YAMLNode.parse(text)) {
        try $0.applying(PipelineFile.fullKey($1, in: $0))
      }
    } catch let error as YAMLError {
      throw ConfigurationError(error, in: path)
    }
    guard root.entries != nil else {
      throw ConfigurationError(
        "expected the keys of a pipeline: scenes, classes, stages", at: root, in: path)
    }
    guard let stageList = root["stages"] else {
      throw ConfigurationError(
        "missing key 'stages': give a list of stages, such as align, train, predict", at: root,
        in: path)
    }
    self.path = path
    name = FileSystem.stem(path)
    var draft = try StageDecoder(
      file: path, baseDirectory: FileSystem.directory(path), currentDirectory: currentDirectory)
    declarations = try draft.declarations(stageList)
    let rasters = try declarations.reduce(into: [String]()) { names, declaration in
      names += try declaration.requiredRasters().filter { !names.contains($0) }
    }
    if rasters.isEmpty, let first = declarations.first {
      throw first.error(
        "the stage '\(first.name)' needs an earlier stage '\(AlignStage.component.name)'")
    }
    let hasTable = root["scenes"]?.text != nil && root["scenes"]?.isNull == false
    let settings = try Settings(
      decoding: root, as: PipelineFile.settings(rasters: rasters, hasTable: hasTable),
      in: draft.context)
    output = settings.optionalText("output")
    model = settings.optionalText("model")
    classes = try ClassList(settings.groups("classes"), ignore: settings.integer("ignore"))
    sceneDeclarations = Scene.settings(rasters: rasters)
    let groups =
      hasTable
      ? try SceneTable(path: settings.text("scenes")).groups(
        as: sceneDeclarations, in: draft.context)
      : settings.groups("scenes")
    let needsLabel = !declarations.contains { $0.type.givesLabels($0.settings) }
    scenes = try groups.map { try Scene($0, rasters: rasters, needsLabel: needsLabel) }
    var known: [String: Settings] = [:]
    for (scene, group) in zip(scenes, groups) {
      if known.updateValue(group, forKey: scene.name) != nil {
        throw group.error("the name '\(scene.name)' stands for two scenes", at: "name")
      }
    }
    sceneSettings = known
    stages = try draft.stages(
      declarations,
      header: PipelineHeader(file: path, scenes: scenes, classes: classes, model: model))
  }
}

extension PipelineFile {
  /// `train.epochs=5` for `stages.train.epochs=5`, where a stage is meant.
  static func fullKey(_ change: String, in root: YAMLNode) -> String {
    let first = change.prefix { $0 != "." && $0 != "=" }
    let isStage = StageRegistry.all.contains { $0.component.name == first }
    return isStage && root[String(first)] == nil ? "stages.\(change)" : change
  }
}

/// What a stage may know of the pipeline beside its own settings.
public struct PipelineHeader: Sendable {
  /// The pipeline file as the user named it.
  public let file: String
  /// The scenes in order.
  public let scenes: [Scene]
  /// The classes in order.
  public let classes: ClassList
  /// Weights to use instead of training, where named.
  public let model: String?

  /// The scenes that have a role.
  public func scenes(_ role: SceneRole) -> [Scene] { scenes.filter { $0.roles.contains(role) } }
}
