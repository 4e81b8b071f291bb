import YAML

extension SettingDecoder {
  /// Decodes a component in one of its forms: `dice`, `{name: dice, smooth: 1}`,
  /// `{dice: {smooth: 1}}`.
  func component(
    _ node: YAMLNode, _ family: String, _ kind: SettingKind, _ label: String
  ) throws -> SettingValue {
    switch node.content {
    case .scalar:
      let name = try text(node, kind, label)
      return try component(
        name, family, [], at: node, unknown: { self.error($0, at: node) })
    case .mapping(let entries):
      if let name = entries.first(where: { $0.key == "name" }) {
        return try component(
          try text(name.value, kind, "'name'"), family, entries.filter { $0.key != "name" },
          at: node, unknown: { self.error($0, at: name.value) })
      }
      guard entries.count == 1, let entry = entries.first else {
        throw error("\(label) takes \(kind), found a mapping without 'name'", at: node)
      }
      let unknown = { ConfigurationError($0, atKeyOf: entry, in: context.file) }
      guard entry.value.isNull || entry.value.entries != nil else {
        // Is it a setting of a component that nobody named, or a component with a wrong value?
        if context.catalogue.component(entry.key, family: family) == nil {
          throw error("\(label) takes \(kind), found a mapping without 'name'", at: node)
        }
        throw mismatch("'\(entry.key)'", .group([]), entry.value)
      }
      return try component(
        entry.key, family, entry.value.entries ?? [], at: entry.value, unknown: unknown)
    case .sequence: throw mismatch(label, kind, node)
    }
  }

  private func component(
    _ name: String, _ family: String, _ entries: [YAMLNode.Entry], at node: YAMLNode,
    unknown: (String) -> ConfigurationError
  ) throws -> SettingValue {
    guard let component = context.catalogue.component(name, family: family) else {
      throw unknown(unknownComponent(name, family))
    }
    let settings = try settings(
      entries, as: component.settings, at: node, owner: "\(family) '\(name)'")
    return .component(name: name, settings)
  }

  private func unknownComponent(_ name: String, _ family: String) -> String {
    let names = context.catalogue.family(family).map(\.name)
    let plural = family.hasSuffix("s") || family.hasSuffix("x") ? family + "es" : family + "s"
    return "unknown \(family) '\(shortened(name))'.\(suggestion(for: name, in: names)) "
      + "Known \(plural): \(names.joined(separator: ", "))"
  }
}
