extension Settings {
  /// The values as one line of JSON with sorted keys: equal settings give equal text.
  ///
  /// Fit for digests: it does not depend on the order, spelling or place of the keys in the file,
  /// nor on whether a default was written out. Real numbers are written with the fewest digits that
  /// give the same number back.
  public var canonicalText: String {
    let members = values.sorted { $0.key < $1.key }
      .map { "\(quoted($0.key)):\($0.value.canonicalText)" }
    return "{\(members.joined(separator: ","))}"
  }
}

extension Settings {
  /// The values as one line of YAML that decodes to the same settings again.
  public var plainText: String {
    let members = values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.plainText)" }
    return "{\(members.joined(separator: ", "))}"
  }
}

extension SettingValue {
  /// The value as YAML in flow style.
  fileprivate var plainText: String {
    switch self {
    case .list(let items): "[\(items.map(\.plainText).joined(separator: ", "))]"
    case .component(let name, let settings): "{\(name): \(settings.plainText)}"
    case .group(let settings): settings.plainText
    default: canonicalText
    }
  }

  /// The value as JSON; a component is an object of its `name` and `settings`.
  var canonicalText: String {
    switch self {
    case .integer(let integer): String(integer)
    case .number(let number): number == 0 ? "0.0" : "\(number)"  // no difference for -0
    case .flag(let flag): String(flag)
    case .text(let text): quoted(text)
    case .list(let items): "[\(items.map(\.canonicalText).joined(separator: ","))]"
    case .component(let name, let settings):
      "{\"name\":\(quoted(name)),\"settings\":\(settings.canonicalText)}"
    case .group(let settings): settings.canonicalText
    }
  }
}

/// A JSON string.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\0"..<" ":
      let code = String(scalar.value, radix: 16)
      result += "\\u\(String(repeating: "0", count: 4 - code.count))\(code)"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
