import YAML

/// Decodes values against their declarations.
struct SettingDecoder {
  let context: DecodingContext

  /// Decodes the entries of a mapping, where `node` is the place to complain of missing keys.
  ///
  /// - Parameter owner: What the keys belong to (`loss 'dice'`), for messages; nil: nothing named.
  func settings(
    _ entries: [YAMLNode.Entry], as declarations: [Setting], at node: YAMLNode?,
    owner: String? = nil
  ) throws -> Settings {
    var values: [String: SettingValue] = [:]
    for entry in entries {
      guard let setting = declarations.first(where: { $0.key == entry.key }) else {
        throw unknownKey(entry, among: declarations.map(\.key), owner: owner)
      }
      values[entry.key] = try value(entry.value, as: setting.kind, label: "'\(entry.key)'")
    }
    for setting in declarations where values[setting.key] == nil {
      if setting.isRequired {
        let place = owner.map { " of \($0)" } ?? ""
        throw error("missing key '\(setting.key)'\(place): give \(setting.kind)", at: node)
      }
      values[setting.key] = try defaultValue(of: setting)
    }
    let nodes = Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
    return Settings(values: values, nodes: nodes, file: context.file)
  }

  private func unknownKey(
    _ entry: YAMLNode.Entry, among keys: [String], owner: String?
  ) -> ConfigurationError {
    let place = owner.map { " of \($0)" } ?? ""
    let allowed =
      keys.isEmpty ? "No keys are allowed here" : "Allowed keys: \(keys.joined(separator: ", "))"
    let hint = suggestion(for: entry.key, in: keys)
    return ConfigurationError(
      "unknown key '\(shortened(entry.key))'\(place).\(hint) \(allowed)", atKeyOf: entry,
      in: context.file)
  }

  /// The default goes through the same decoding, so a declaration cannot promise what its own kind
  /// refuses.
  private func defaultValue(of setting: Setting) throws -> SettingValue? {
    guard let text = setting.defaultText else { return nil }
    let origin = "the default of '\(setting.key)'"
    let node: YAMLNode
    do {
      node = try YAMLNode.parse(text: text).from(origin)
    } catch let error as YAMLError {
      throw ConfigurationError("'\(text)' is no YAML: \(error.message)", place: origin)
    }
    // Defaults count as written in the file, so their paths are not those of the command line.
    let context = DecodingContext(
      file: context.file, baseDirectory: context.baseDirectory,
      currentDirectory: context.baseDirectory, catalogue: context.catalogue,
      artifacts: context.artifacts)
    return try SettingDecoder(context: context).value(
      node, as: setting.kind, label: "'\(setting.key)'")
  }

  func error(_ message: String, at node: YAMLNode?) -> ConfigurationError {
    ConfigurationError(message, at: node, in: context.file)
  }

  /// `'epochs' takes a whole number from 1 to 10000, found 'many'`, and a hint.
  func mismatch(
    _ label: String, _ kind: SettingKind, _ node: YAMLNode, hint: String = ""
  ) -> ConfigurationError {
    error("\(label) takes \(kind), found \(found(node))\(hint)", at: node)
  }

  /// A node as a message shows it: `'many'`, `"5" in quotes`, `a list`.
  func found(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar where node.isNull: "nothing"
    case .scalar(let text, _): "'\(shortened(text))'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// Text on one line, cut where it is long.
  func shortened(_ text: String) -> String {
    let line = text.map { $0.isNewline ? " " : $0 }
    return line.count <= 60 ? String(line) : String(line.prefix(57)) + "…"
  }
}
