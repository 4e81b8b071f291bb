/// A table in plain text: columns as wide as they need be up to a limit, the last takes the rest.
struct TextTable {
  /// A column that is wrapped at a greatest width.
  struct Column {
    let title: String
    let greatestWidth: Int

    init(_ title: String, width greatestWidth: Int) {
      self.title = title
      self.greatestWidth = greatestWidth
    }
  }

  private let columns: [Column]
  private let width: Int
  private var rows: [[String]]

  /// Makes a table without rows.
  ///
  /// - Parameters:
  ///   - columns: All columns but the last.
  ///   - last: The title of the last column.
  ///   - width: The width of the table in characters.
  init(columns: [Column], last: String, width: Int) {
    self.columns = columns
    self.width = width
    rows = [columns.map(\.title) + [last]]
  }

  /// Adds a row with one cell for each column.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == rows[0].count, "\(cells.count) cells for \(rows[0].count) columns")
    rows.append(cells)
  }

  /// The lines of the table, titles first; a column without any cell but its title is left out.
  var lines: [String] {
    let shown = rows[0].indices.filter { column in rows.dropFirst().contains { $0[column] != "" } }
    let widths = shown.filter { $0 < columns.count }.map { column in
      // A word longer than the limit cannot be wrapped and widens its column.
      let lines = rows.flatMap { wrapped($0[column], width: columns[column].greatestWidth) }
      return lines.map(\.count).max() ?? 0
    }
    let rest = max(16, width - widths.reduce(0) { $0 + $1 + 2 })
    return rows.flatMap { row -> [String] in
      let cells = zip(shown, widths + [rest]).map { wrapped(row[$0], width: $1) }
      let height = cells.map(\.count).max() ?? 0
      return (0..<height).map { line in
        var text = ""
        for (cell, width) in zip(cells, widths + [0]) {
          let part = line < cell.count ? cell[line] : ""
          text += part + String(repeating: " ", count: max(0, width - part.count) + 2)
        }
        while text.last == " " { text.removeLast() }
        return text
      }
    }
  }
}

/// Breaks text into lines between words; a word longer than a line stays whole.
func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(whereSeparator: \.isWhitespace) {
    if let line = lines.last, line.count + 1 + word.count <= width {
      lines[lines.count - 1] = "\(line) \(word)"
    } else {
      lines.append(String(word))
    }
  }
  return lines
}
