import YAML

/// A decoded value.
public indirect enum SettingValue: Sendable, Equatable {
  /// A whole number.
  case integer(Int)
  /// A real number.
  case number(Double)
  /// A truth value.
  case flag(Bool)
  /// Text, a choice, a path or the name of a stage.
  case text(String)
  /// A list.
  case list([SettingValue])
  /// A named component with its own settings.
  case component(name: String, Settings)
  /// Nested settings.
  case group(Settings)
}

/// Settings after decoding: every value has the declared kind and range, defaults are filled in.
///
/// Asking for a key that was not declared, or for another kind than declared, is a programmer's
/// mistake and stops the program.
public struct Settings: Sendable, Equatable {
  /// The decoded values by key; keys without value or default are absent.
  public let values: [String: SettingValue]
  /// The values as they were written, for the place in messages; defaults have none.
  private let nodes: [String: YAMLNode]
  /// The file that they were written in.
  private let file: String

  /// Makes settings from decoded values.
  ///
  /// - Parameters:
  ///   - values: The decoded values by key.
  ///   - nodes: The values as they were written, where they were.
  ///   - file: The file that they were written in, as the user named it.
  public init(values: [String: SettingValue], nodes: [String: YAMLNode] = [:], file: String = "") {
    self.values = values
    self.nodes = nodes
    self.file = file
  }

  /// Equal values; where they were written doesn't matter.
  public static func == (first: Settings, second: Settings) -> Bool {
    first.values == second.values
  }

  /// An error about the value at a key, with the place where it was written.
  ///
  /// - Parameters:
  ///   - message: What is wrong and how to mend it, in one line.
  ///   - key: The key.
  ///   - item: The item of the list at the key, counted from 0; nil: the value as a whole.
  public func error(_ message: String, at key: String, item: Int? = nil) -> ConfigurationError {
    let node = nodes[key]
    guard let item, let items = node?.items, items.indices.contains(item) else {
      return ConfigurationError(message, at: node, in: file)
    }
    return ConfigurationError(message, at: items[item], in: file)
  }

  /// Whether the key has a value, written or by default.
  public func isSet(_ key: String) -> Bool { values[key] != nil }

  /// Whether the key was written, rather than left to its default.
  public func isWritten(_ key: String) -> Bool { nodes[key] != nil }

  /// The whole number at a key, or nil if it is absent.
  public func optionalInteger(_ key: String) -> Int? {
    guard let value = values[key] else { return nil }
    guard case .integer(let integer) = value else { mismatch(key, "integer", value) }
    return integer
  }

  /// The real number at a key, or nil if it is absent.
  public func optionalNumber(_ key: String) -> Double? {
    guard let value = values[key] else { return nil }
    guard case .number(let number) = value else { mismatch(key, "number", value) }
    return number
  }

  /// The text, choice, path or stage name at a key, or nil if it is absent.
  public func optionalText(_ key: String) -> String? {
    guard let value = values[key] else { return nil }
    guard case .text(let text) = value else { mismatch(key, "text", value) }
    return text
  }

  /// The list at a key, or nil if it is absent.
  public func optionalList(_ key: String) -> [SettingValue]? {
    guard let value = values[key] else { return nil }
    guard case .list(let list) = value else { mismatch(key, "list", value) }
    return list
  }

  /// The whole number at a key that is required or has a default.
  public func integer(_ key: String) -> Int { present(key, optionalInteger(key)) }

  /// The real number at a key that is required or has a default.
  public func number(_ key: String) -> Double { present(key, optionalNumber(key)) }

  /// The text, choice, path or stage name at a key that is required or has a default.
  public func text(_ key: String) -> String { present(key, optionalText(key)) }

  /// The truth value at a key that is required or has a default.
  public func flag(_ key: String) -> Bool {
    guard case .flag(let flag) = present(key, values[key]) else {
      mismatch(key, "flag", values[key])
    }
    return flag
  }

  /// The list of real numbers at a key, or nil if it is absent.
  public func optionalNumbers(_ key: String) -> [Double]? {
    optionalList(key)?.map {
      guard case .number(let number) = $0 else { mismatch(key, "list of numbers", $0) }
      return number
    }
  }

  /// The list of texts at a key; empty if it is absent.
  public func texts(_ key: String) -> [String] {
    (optionalList(key) ?? []).map {
      guard case .text(let text) = $0 else { mismatch(key, "list of texts", $0) }
      return text
    }
  }

  /// The components listed at a key; empty if it is absent.
  public func components(_ key: String) -> [(name: String, settings: Settings)] {
    (optionalList(key) ?? []).map {
      guard case .component(let name, let settings) = $0 else {
        mismatch(key, "list of components", $0)
      }
      return (name, settings)
    }
  }

  /// The component at a key, or nil if it is absent.
  public func optionalComponent(_ key: String) -> (name: String, settings: Settings)? {
    guard let value = values[key] else { return nil }
    guard case .component(let name, let settings) = value else { mismatch(key, "component", value) }
    return (name, settings)
  }

  /// The nested settings listed at a key; empty if it is absent.
  public func groups(_ key: String) -> [Settings] {
    (optionalList(key) ?? []).map {
      guard case .group(let settings) = $0 else { mismatch(key, "list of groups", $0) }
      return settings
    }
  }

  /// The nested settings at a key, or nil if it is absent.
  public func optionalGroup(_ key: String) -> Settings? {
    guard let value = values[key] else { return nil }
    guard case .group(let settings) = value else { mismatch(key, "group", value) }
    return settings
  }

  private func present<Value>(_ key: String, _ value: Value?) -> Value {
    guard let value else { preconditionFailure("setting '\(key)' has no value and no default") }
    return value
  }

  private func mismatch(_ key: String, _ expected: String, _ value: SettingValue?) -> Never {
    preconditionFailure("setting '\(key)' is not a \(expected): \(String(describing: value))")
  }
}
