import Configuration

/// Makes the keys of all units of a pipeline, from settings, the content of inputs and the keys of
/// the units that each builds on.
struct KeyMaker {
  private let pipeline: PipelineFile
  private let version: String
  private let check: () throws -> Void
  private(set) var digests: FileDigests
  /// Content of inputs by path: many units read the same.
  private var contents: [String: String] = [:]

  /// Prepares to make keys.
  ///
  /// - Parameters:
  ///   - version: That of the program.
  ///   - digests: What is known of files.
  ///   - check: Called now and then while files are read.
  init(
    _ pipeline: PipelineFile, version: String, digests: FileDigests,
    check: @escaping () throws -> Void = {}
  ) {
    self.pipeline = pipeline
    self.version = version
    self.digests = digests
    self.check = check
  }

  /// The keys, in the order of the units.
  mutating func keys(of units: [WorkUnit]) throws -> [StageKey] {
    var keys: [StageKey] = []
    for unit in units {
      let earlier = zip(units, keys).map { ($0, $1.content) }
      keys.append(StageKey(parts: try parts(of: unit, earlier: earlier)))
    }
    return keys
  }

  private mutating func parts(
    of unit: WorkUnit, earlier: [(WorkUnit, String)]
  ) throws -> [KeyPart] {
    let inputs = unit.stage.inputs(unit.scene)
    let scenes = pipeline.scenes.filter {
      inputs.scenes?.contains($0.name) ?? (unit.scene == nil || unit.scene?.name == $0.name)
    }
    var parts = [KeyPart(kind: .program, name: "rspipe", text: version)]
    for leaf in SettingLeaf.all(
      of: unit.declaration.settings, declared: type(of: unit.stage).component.settings,
      where: inputs.settings.contains)
    { parts.append(try part(leaf, .setting, inputs.holdsPaths, &parts)) }
    for scene in scenes { try add(scene, inputs, to: &parts) }
    try add(inputs.header, inputs.localHeader, inputs.holdsPaths, to: &parts)
    for (name, text) in inputs.facts.sorted(by: { $0.key < $1.key }) {
      parts.append(KeyPart(kind: .fact, name: name, text: text))
    }
    // the same stage's work on other scenes is none that this builds on
    let foundations = earlier.filter { earlier, _ in
      earlier.stageName != unit.stageName && inputs.earlier.contains(earlier.stageName)
    }
    add(foundations, scenes, to: &parts)
    return parts
  }

  private mutating func add(
    _ scene: Scene, _ inputs: StageInputs, to parts: inout [KeyPart]
  ) throws {
    guard let settings = pipeline.sceneSettings[scene.name] else { return }
    for leaf in SettingLeaf.all(
      of: settings, declared: pipeline.sceneDeclarations, prefix: "\(scene.name).",
      where: { $0 != "name" && inputs.keys.contains($0) })
    {
      let key = leaf.name.dropFirst(scene.name.count + 1).prefix { $0 != "." }
      let isLocal = inputs.localKeys.contains(String(key))
      parts.append(try part(leaf, .scene, inputs.holdsPaths, isLocal: isLocal, &parts))
    }
  }

  private mutating func add(
    _ header: StageInputs.Header, _ local: StageInputs.Header, _ holdsPaths: Bool,
    to parts: inout [KeyPart]
  ) throws {
    func add(_ name: String, _ text: String, _ member: StageInputs.Header) {
      parts.append(
        KeyPart(kind: .header, name: name, text: text, isLocal: local.contains(member)))
    }
    for (value, item) in pipeline.classes.items.enumerated() {
      if header.contains(.classes) {
        add("classes.\(value).value", "\(item.code)", .classes)
        add("classes.\(value).name", "\"\(item.name)\"", .classes)
      }
      if header.contains(.colours) {
        add("classes.\(value).colour", "\"\(item.colour.hex)\"", .colours)
      }
    }
    if header.contains(.ignore) { add("ignore", "\(pipeline.classes.ignore)", .ignore) }
    if header.contains(.model), let model = pipeline.model {
      let leaf = SettingLeaf(name: "model", text: model, isPath: true)
      parts.append(
        try part(leaf, .header, holdsPaths, isLocal: local.contains(.model), &parts))
    }
  }

  /// The work of earlier stages on the same scenes; of a stage without any, its settings.
  private func add(
    _ earlier: [(unit: WorkUnit, key: String)], _ scenes: [Scene], to parts: inout [KeyPart]
  ) {
    let names = Set(scenes.map(\.name))
    for declaration in pipeline.declarations {
      let units = earlier.filter { $0.unit.stageName == declaration.name }
      let near = units.filter { $0.unit.scene.map { names.contains($0.name) } ?? true }
      for (unit, key) in near { parts.append(KeyPart(kind: .work, name: unit.name, text: key)) }
      guard near.isEmpty, !units.isEmpty else { continue }
      parts.append(
        KeyPart(
          kind: .fact, name: declaration.name, text: declaration.settings.canonicalText))
    }
  }

  /// The part for one value; a file's path is added before it where it matters.
  private mutating func part(
    _ leaf: SettingLeaf, _ kind: KeyPart.Kind, _ holdsPaths: Bool, isLocal: Bool = false,
    _ parts: inout [KeyPart]
  ) throws -> KeyPart {
    guard leaf.isPath else {
      return KeyPart(kind: kind, name: leaf.name, text: leaf.text, isLocal: isLocal)
    }
    if holdsPaths {
      parts.append(KeyPart(kind: .path, name: leaf.name, text: leaf.text, isLocal: true))
    }
    return KeyPart(
      kind: .file, name: leaf.name, text: try content(of: leaf.text), path: leaf.text,
      isLocal: isLocal)
  }

  private mutating func content(of path: String) throws -> String {
    if let known = contents[path] { return known }
    let digest = try InputContent.digest(of: path, using: &digests, check: check)
    contents[path] = digest
    return digest
  }
}
