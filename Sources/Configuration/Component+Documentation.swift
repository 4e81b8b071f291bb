extension Component {
  /// The page that `rspipe describe` prints, at most 100 columns wide, with a newline at the end.
  ///
  /// Words longer than their column stay whole. Nested keys are listed as `group.key`.
  public var documentation: String {
    var lines = ["\(family) \(name)", ""]
    lines += wrapped(summary, width: pageWidth)
    if let formula {
      lines += ["", "Formula:"]
      lines += formula.split(separator: "\n", omittingEmptySubsequences: false).map {
        $0.isEmpty ? "" : "  \($0)"
      }
    }
    if let source {
      lines += ["", "Source:"]
      lines += wrapped(source, width: pageWidth - 2).map { "  \($0)" }
    }
    lines.append("")
    if settings.isEmpty {
      lines.append("It takes no settings.")
    } else {
      lines.append("Settings:")
      lines += settingsTable(settings).map { "  \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func settingsTable(_ settings: [Setting]) -> [String] {
    var table = TextTable(
      columns: [
        .init("key", width: 24), .init("takes", width: 28), .init("unit", width: 14),
        .init("default", width: 16),
      ], last: "meaning", width: pageWidth - 2)
    for (key, setting) in flattened(settings, prefix: "") {
      let fallback = setting.isRequired ? "required" : setting.defaultText ?? "none"
      table.add([key, setting.kind.description, setting.unit ?? "", fallback, setting.summary])
    }
    return table.lines
  }

  private func flattened(_ settings: [Setting], prefix: String) -> [(String, Setting)] {
    settings.flatMap { setting -> [(String, Setting)] in
      let key = prefix + setting.key
      let nested: [Setting] =
        switch setting.kind {
        case .group(let settings), .list(.group(let settings), _), .shorthand(_, let settings):
          settings
        default: []
        }
      return [(key, setting)] + flattened(nested, prefix: key + ".")
    }
  }
}

/// The width of a page of documentation in columns.
private let pageWidth = 100
