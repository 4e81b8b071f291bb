import Configuration

/// One value within settings, with its full key: `model.base`.
struct SettingLeaf: Equatable {
  let name: String
  /// The value as JSON; the path of a file as it is.
  let text: String
  let isPath: Bool

  /// All values of some settings, by key; what was nested has its key after a dot.
  ///
  /// - Parameters:
  ///   - declared: The declarations, which tell paths from other text.
  ///   - prefix: What stands before the keys.
  static func all(
    of settings: Settings, declared: [Setting], prefix: String = "",
    where isIncluded: (String) -> Bool = { _ in true }
  ) -> [SettingLeaf] {
    let kinds = Dictionary(declared.map { ($0.key, $0.kind) }) { first, _ in first }
    return settings.values.sorted { $0.key < $1.key }.filter { isIncluded($0.key) }
      .flatMap { leaves(of: $0.value, kind: kinds[$0.key], name: prefix + $0.key) }
  }

  private static func leaves(
    of value: SettingValue, kind: SettingKind?, name: String
  ) -> [SettingLeaf] {
    switch (value, kind) {
    case (.text(let path), .path): [SettingLeaf(name: name, text: path, isPath: true)]
    case (.group(let group), .group(let declared)):
      all(of: group, declared: declared, prefix: "\(name).")
    case (.group(let group), .shorthand(let key, let declared)):
      all(of: group, declared: declared, prefix: "\(name).").map {
        // the value that may stand alone has the name of the whole
        $0.name == "\(name).\(key)" ? SettingLeaf(name: name, text: $0.text, isPath: $0.isPath) : $0
      }
    case (.component(let component, let settings), .component(let family)):
      [SettingLeaf(name: name, text: component, isPath: false)]
        + all(
          of: settings,
          declared: Catalogue.standard.component(component, family: family)?.settings ?? [],
          prefix: "\(name).")
    case (.list(let items), .list(let kind, _)) where kind.isNested:
      items.enumerated().flatMap { leaves(of: $1, kind: kind, name: "\(name).\($0)") }
    default: [SettingLeaf(name: name, text: plain(value), isPath: false)]
    }
  }

  private static func plain(_ value: SettingValue) -> String {
    String(Settings(values: ["v": value]).canonicalText.dropFirst(#"{"v":"#.count).dropLast())
  }
}

extension SettingKind {
  /// Whether the values of a list of this kind are told apart in keys.
  fileprivate var isNested: Bool {
    switch self {
    case .path, .group, .shorthand, .component: true
    default: false
    }
  }
}
