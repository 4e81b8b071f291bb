/// The kind of value that a setting takes, with the range that is allowed.
public indirect enum SettingKind: Sendable, Equatable {
  /// A whole number within a range.
  case integer(ClosedRange<Int>)
  /// A real number within a range; both ends are allowed.
  case number(ClosedRange<Double>)
  /// `true` or `false`.
  case flag
  /// Any text.
  case text
  /// One word of a list.
  case choice([String])
  /// A list of values of one kind, with the number of items allowed.
  case list(SettingKind, count: ClosedRange<Int>)
  /// A file. Relative paths are taken from the folder of the file that names them.
  case path
  /// The name of an earlier stage that produces an artifact of the given kind.
  case reference(String)
  /// A component of a family (`loss`, `model`, …): its name, or `{name: …}` with its settings.
  case component(family: String)
  /// Nested settings.
  case group([Setting])
  /// Nested settings, or the value of one of them alone: `pre: a.tif` for `pre: {path: a.tif}`.
  case shorthand(key: String, [Setting])
}

/// The declaration of one key: what it takes, what it means, and what it is when left out.
///
/// Decoding, error messages, `rspipe describe` and the documentation all derive from it.
public struct Setting: Sendable, Equatable {
  /// The key as written in YAML, in `lower_snake_case`.
  public let key: String
  /// What values are allowed.
  public let kind: SettingKind
  /// The default as YAML text; nil: none, so the value is absent when left out.
  public let defaultText: String?
  /// Whether leaving the key out is an error.
  public let isRequired: Bool
  /// The unit of the value (`pixels`, `hectares`), where it has one.
  public let unit: String?
  /// One sentence for the documentation.
  public let summary: String

  /// Declares a key.
  ///
  /// - Parameters:
  ///   - key: The key as written in YAML.
  ///   - kind: What values are allowed.
  ///   - defaultText: The default as YAML text, or nil for none.
  ///   - isRequired: Whether leaving it out is an error.
  ///   - unit: The unit of the value.
  ///   - summary: One sentence for the documentation.
  public init(
    _ key: String, _ kind: SettingKind, default defaultText: String? = nil,
    isRequired: Bool = false, unit: String? = nil, _ summary: String
  ) {
    self.key = key
    self.kind = kind
    self.defaultText = defaultText
    self.isRequired = isRequired
    self.unit = unit
    self.summary = summary
  }
}
