import Configuration
import YAML

/// Scenes as a table (CSV, RFC 4180): a line for each, a column for each key.
///
/// Keys of an image are columns too: `pre.scale`. Several roles are separated by `;` or spaces. Empty
/// cells are left out. Paths are relative to the table.
struct SceneTable {
  private let path: String
  private let rows: [CSVRow]

  /// Reads a file.
  ///
  /// - Throws: `ConfigurationError` at a line that does not have a cell for each column; `RunError`
  ///   if it cannot be read.
  init(path: String) throws {
    self.path = path
    let bytes = try FileSystem.read(path, limit: 256 << 20)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError("not UTF-8 text", place: path)
    }
    rows = try CSVRow.all(of: text, file: path)
    guard rows.count > 1 else {
      throw ConfigurationError(
        "a table of scenes has a line of column names (name, role, the images) and one line for "
          + "each scene", place: path)
    }
    for row in rows where row.cells.count != rows[0].cells.count {
      throw ConfigurationError(
        "\(row.cells.count) cells, but \(rows[0].cells.count) columns", place: "\(path):\(row.line)"
      )
    }
  }

  /// The scenes, decoded.
  func groups(as settings: [Setting], in context: DecodingContext) throws -> [Settings] {
    let own = DecodingContext(
      file: path, baseDirectory: FileSystem.directory(path),
      currentDirectory: context.currentDirectory, catalogue: context.catalogue)
    let columns = rows[0].cells
    let repeated = columns.indices.first { index in
      columns[..<index].contains { $0.text == columns[index].text }
    }
    if let name = repeated.map({ columns[$0] }) {
      throw ConfigurationError(
        "the column '\(name.text)' comes twice", place: "\(path):1:\(name.column)")
    }
    return try rows.dropFirst().map { row in
      try Settings(decoding: node(row, columns), as: settings, in: own)
    }
  }

  /// A line as the mapping that it stands for.
  private func node(_ row: CSVRow, _ columns: [CSVRow.Cell]) -> YAMLNode {
    let mark = YAMLMark(line: row.line, column: 1)
    var entries: [YAMLNode.Entry] = []
    let groups = Set(columns.compactMap { $0.text.firstIndex(of: ".").map($0.text.prefix(upTo:)) })
    for (column, cell) in zip(columns, row.cells) where !cell.text.isEmpty {
      let parts = column.text.split(separator: ".", maxSplits: 1).map(String.init)
      let value = value(cell, of: column.text, line: row.line)
      let keyMark = YAMLMark(line: 1, column: column.column)
      guard let key = parts.first, groups.contains(key[...]) else {
        entries.append(.init(key: column.text, keyMark: keyMark, value: value))
        continue
      }
      // a plain column beside 'pre.scale' is the file
      let inner = YAMLNode.Entry(
        key: parts.count > 1 ? parts[1] : "path", keyMark: keyMark, value: value)
      if let position = entries.firstIndex(where: { $0.key == key }) {
        let known = entries[position].value.entries ?? []
        entries[position] = .init(
          key: key, keyMark: keyMark, value: YAMLNode(.mapping(known + [inner]), mark: mark))
      } else {
        entries.append(
          .init(key: key, keyMark: keyMark, value: YAMLNode(.mapping([inner]), mark: mark)))
      }
    }
    return YAMLNode(.mapping(entries), mark: mark)
  }

  private func value(_ cell: CSVRow.Cell, of column: String, line: Int) -> YAMLNode {
    let mark = YAMLMark(line: line, column: cell.column)
    let separators: Set<Character> = column == "role" ? [";", " ", ","] : [";"]
    let isList = column == "role" || column.contains(".")
    let words = cell.text.split { separators.contains($0) }.map(String.init)
    guard isList, words.count > 1 else {
      return YAMLNode(.scalar(cell.text, isPlain: true), mark: mark)
    }
    return YAMLNode(
      .sequence(words.map { YAMLNode(.scalar($0, isPlain: true), mark: mark) }), mark: mark)
  }
}

/// A line of a CSV file.
struct CSVRow: Equatable {
  /// A cell without its quotes, and where it begins.
  struct Cell: Equatable {
    var text: String
    var column: Int
  }

  /// The line in the file, from 1.
  let line: Int
  let cells: [Cell]

  /// All lines that are not empty; cells are separated by `;` if the first line has no comma.
  static func all(of text: String, file: String) throws -> [CSVRow] {
    var rest =
      text.hasPrefix("\u{FEFF}") ? text.unicodeScalars.dropFirst()[...] : text.unicodeScalars[...]
    let first = rest.prefix { $0 != "\n" }
    let separator: Unicode.Scalar = first.contains(",") || !first.contains(";") ? "," : ";"
    var rows: [CSVRow] = []
    var line = 1
    while !rest.isEmpty {
      let row = try row(&rest, line: line, separator: separator, file: file)
      if row.cells != [Cell(text: "", column: 1)] { rows.append(row) }
      line += 1 + row.cells.reduce(0) { $0 + $1.text.unicodeScalars.count { $0 == "\n" } }
    }
    return rows
  }

  private static func row(
    _ rest: inout Substring.UnicodeScalarView, line: Int, separator: Unicode.Scalar, file: String
  ) throws -> CSVRow {
    var cells: [Cell] = []
    var column = 1
    while true {
      var cell = Cell(text: "", column: column)
      var isQuoted = false
      if rest.first == "\"" {
        rest.removeFirst()
        isQuoted = true
        column += 1
      }
      scan: while let scalar = rest.first {
        if isQuoted, scalar == "\"" {
          rest.removeFirst()
          column += 1
          guard rest.first == "\"" else {
            isQuoted = false
            continue scan
          }
        } else if !isQuoted, scalar == separator || scalar == "\n" || scalar == "\r" {
          break scan
        }
        cell.text.unicodeScalars.append(scalar)
        rest.removeFirst()
        column += 1
      }
      guard !isQuoted else {
        throw ConfigurationError(
          "a cell in quotes has no end", place: "\(file):\(line):\(cell.column)")
      }
      cell.text = trimmed(cell.text)
      cells.append(cell)
      guard rest.first == separator else { break }
      rest.removeFirst()
      column += 1
    }
    if rest.first == "\r" { rest.removeFirst() }
    if rest.first == "\n" { rest.removeFirst() }
    return CSVRow(line: line, cells: cells)
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...].drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
