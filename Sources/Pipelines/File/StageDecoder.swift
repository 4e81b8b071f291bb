import Configuration
import YAML

/// One entry of `stages:` with its settings decoded.
public struct StageDeclaration: Sendable {
  /// The name that later stages refer to: the kind.
  public let name: String
  /// The type of the stage.
  let type: any Stage.Type
  /// Its settings.
  public let settings: Settings
  /// The place of the entry, for messages about the stage as a whole.
  let node: YAMLNode
  /// The pipeline file.
  let file: String

  /// The images that every scene must have because of this stage.
  func requiredRasters() throws -> [String] { try type.requiredRasters(settings) }

  /// An error about the stage as a whole.
  public func error(_ message: String) -> ConfigurationError {
    ConfigurationError(message, at: node, in: file)
  }
}

/// Decodes `stages:`: each may refer to those before it.
struct StageDecoder {
  private(set) var context: DecodingContext

  init(file: String, baseDirectory: String, currentDirectory: String) throws {
    context = DecodingContext(
      file: file, baseDirectory: baseDirectory, currentDirectory: currentDirectory,
      catalogue: .standard)
  }

  /// The declarations in order; references are checked against the stages before.
  mutating func declarations(_ list: YAMLNode) throws -> [StageDeclaration] {
    guard let items = list.items, !items.isEmpty else {
      throw ConfigurationError(
        "'stages' takes a list of stages: \(stageNames)", at: list, in: context.file)
    }
    var result: [StageDeclaration] = []
    for item in items {
      let wrapped = YAMLNode.Entry(key: "stage", keyMark: item.mark, value: item)
      let decoded = try Settings(
        decoding: YAMLNode(.mapping([wrapped]), mark: item.mark),
        as: [Setting("stage", .component(family: "stage"), isRequired: true, "A stage.")],
        in: context)
      guard let (name, settings) = decoded.optionalComponent("stage"),
        let type = StageRegistry.all.first(where: { $0.component.name == name })
      else { preconditionFailure("the catalogue and the registry of stages differ") }
      if result.contains(where: { $0.name == name }) {
        throw ConfigurationError(
          "the stage '\(name)' comes twice; each kind of stage may come once", at: item,
          in: context.file)
      }
      result.append(
        StageDeclaration(
          name: name, type: type, settings: settings, node: item, file: context.file))
      context.artifacts[name] = type.artifact
    }
    return result
  }

  /// The stages, each made with those before it in reach.
  func stages(_ declarations: [StageDeclaration], header: PipelineHeader) throws -> [any Stage] {
    var stages: [any Stage] = []
    for declaration in declarations {
      let earlier = EarlierStages(stages: stages, declaration: declaration)
      stages.append(
        try declaration.type.init(declaration, in: header, after: earlier))
    }
    return stages
  }

  private var stageNames: String {
    StageRegistry.all.map { $0.component.name }.joined(separator: ", ")
  }
}

/// The stages before one, for it to find what it builds on.
public struct EarlierStages {
  let stages: [any Stage]
  let declaration: StageDeclaration

  /// The latest earlier stage of a type.
  ///
  /// - Throws: `ConfigurationError` if there is none.
  public func latest<S: Stage>(_ type: S.Type) throws -> S {
    guard let stage = optional(type) else {
      throw declaration.error(
        "the stage '\(declaration.name)' needs an earlier stage '\(type.component.name)'")
    }
    return stage
  }

  /// The latest earlier stage of a type, or nil.
  public func optional<S: Stage>(_ type: S.Type) -> S? {
    stages.lazy.reversed().compactMap { stage in
      stage as? S ?? (stage as? any AmendingStage)?.amended as? S
    }.first
  }
}
