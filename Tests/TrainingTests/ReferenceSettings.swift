import Configuration
import Engine
import TestSupport

/// Settings of a component with the values of a reference case, as the YAML decoder would make them.
///
/// - Parameters:
///   - component: The component whose keys are declared.
///   - parameters: Values by their names in the reference data.
///   - renamed: Names in the reference data and the keys they stand for.
/// - Returns: nil if the component has no such key, or the value is of another kind.
func decoded(
  _ component: Component, _ parameters: [(String, JSONValue)] = [],
  renamed: [String: String] = [:]
) -> Settings? {
  decoded(component.settings, parameters.map { (renamed[$0.0] ?? $0.0, $0.1) })
}

private func decoded(_ declared: [Setting], _ parameters: [(String, JSONValue)]) -> Settings? {
  var values: [String: SettingValue] = [:]
  for setting in declared {
    if let text = setting.defaultText { values[setting.key] = value(text, setting.kind) }
  }
  for (key, json) in parameters {
    guard let setting = declared.first(where: { $0.key == key }),
      let value = value(json, setting.kind)
    else { return nil }
    values[key] = value
  }
  return Settings(values: values)
}

private func value(_ json: JSONValue, _ kind: SettingKind) -> SettingValue? {
  switch kind {
  case .integer(let range): json.int.flatMap { range.contains($0) ? .integer($0) : nil }
  case .number(let range): json.double.flatMap { range.contains($0) ? .number($0) : nil }
  case .flag: json.bool.map { .flag($0) }
  case .choice(let words): json.string.flatMap { words.contains($0) ? .text($0) : nil }
  case .list(let item, let count):
    json.all { value($0, item) }.flatMap { count.contains($0.count) ? .list($0) : nil }
  case .group(let inner): decoded(inner, json.members).map { .group($0) }
  default: nil
  }
}

private func value(_ text: String, _ kind: SettingKind) -> SettingValue? {
  switch kind {
  case .integer: Int(text).map { .integer($0) }
  case .number: Double(text).map { .number($0) }
  case .flag: Bool(text).map { .flag($0) }
  case .list(let item, _):
    .list(
      text.split { "[], ".contains($0) }.compactMap { value(String($0), item) })
  default: .text(text)
  }
}
