/// The help texts, derived from the syntax of the commands.
enum HelpText {
  /// The widest line.
  static let width = 80

  /// `rspipe --help`.
  static var overview: String {
    var lines = [
      "Usage: rspipe COMMAND [options] ...", "",
      "Turns multispectral satellite rasters into maps.", "", "Commands:",
    ]
    lines += list(Program.commands.map { ($0.syntax.name, $0.syntax.summary) })
    lines += ["", "Options:"]
    lines += list([
      ("-h, --help", "Show this text; 'rspipe COMMAND --help' shows that of a command."),
      ("--version", "Print the version."),
    ])
    lines += ["", "Exit status:"]
    lines += list([
      ("0", "Done."), ("1", "The work failed."),
      ("2", "The command line or the pipeline file is wrong, or an output is in the way."),
      ("3", "An input is missing or cannot be used."),
      ("75", "Another run is at work in the same folder."),
      ("130", "Interrupted; 143: terminated."),
    ])
    return lines.joined(separator: "\n") + "\n"
  }

  /// `rspipe COMMAND --help`.
  static func page(_ syntax: Syntax) -> String {
    var lines = ["Usage: \(syntax.usage)", ""] + wrapped(syntax.summary, width: width)
    for paragraph in syntax.details { lines += [""] + wrapped(paragraph, width: width) }
    if !syntax.operands.isEmpty {
      lines += ["", "Operands:"] + list(syntax.operands.map { ($0.name, $0.summary) })
    }
    lines += ["", "Options:"]
    lines += list(
      syntax.options.map { option in
        ((option.letter.map { "-\($0), " } ?? "    ") + option.usage, option.summary)
      })
    if !syntax.examples.isEmpty {
      lines += ["", "Examples:"] + syntax.examples.map { "  rspipe \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Terms with their meaning beside them.
  static func list(_ items: [(term: String, meaning: String)]) -> [String] {
    let column = (items.map(\.term.count).max() ?? 0) + 4
    return items.flatMap { item -> [String] in
      let meaning = wrapped(item.meaning, width: width - column)
      return meaning.enumerated().map { line, text in
        let start = line == 0 ? "  \(item.term)" : ""
        return start + String(repeating: " ", count: column - start.count) + text
      }
    }
  }

  /// Breaks text between words.
  static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let line = lines.last, line.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
