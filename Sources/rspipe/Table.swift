/// A table of results: columns two spaces apart, texts to the left, numbers to the right.
struct Table {
  private var rows: [[String]]

  /// Starts a table with its titles.
  init(_ titles: [String]) { rows = [titles] }

  /// Adds a row with a cell for each title.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == rows[0].count, "\(cells.count) cells for \(rows[0].count) columns")
    rows.append(cells)
  }

  /// The lines; a column whose cells all start with a letter is one of texts.
  var lines: [String] {
    let columns = rows[0].indices
    let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let holdNumbers = columns.map { column in
      rows.dropFirst().contains { $0[column].first?.isNumber == true } && column > 0
    }
    return rows.map { row in
      var line = ""
      for column in columns {
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        line += holdNumbers[column] ? padding + row[column] : row[column] + padding
        line += "  "
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
