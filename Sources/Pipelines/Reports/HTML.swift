/// Pieces of HTML.
///
/// Text that comes from files is escaped by `text`.
enum HTML {
  /// Text with the characters of markup escaped.
  static func text(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }

  /// A table; the first cell of a row is its heading, numbers stand right.
  static func table(head: [String], rows: [[String]]) -> String {
    let headCells = head.map { "<th>\(text($0))</th>" }.joined()
    let body = rows.map { row in
      let cells = row.enumerated().map { index, cell in
        index == 0 ? "<th scope=\"row\">\(text(cell))</th>" : "<td>\(text(cell))</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    return "<div class=\"scroll\"><table><thead><tr>\(headCells)</tr></thead>"
      + "<tbody>\(body.joined(separator: "\n"))</tbody></table></div>"
  }

  /// A picture inside the page, with what is under it.
  static func figure(_ png: [UInt8], alternative: String, caption: String, below: String = "")
    -> String
  {
    "<figure><img alt=\"\(text(alternative))\" src=\"data:image/png;base64,\(base64(png))\">"
      + below + "<figcaption>\(text(caption))</figcaption></figure>"
  }

  /// Coloured squares with names.
  static func legend(_ items: [(colour: String, name: String)]) -> String {
    let entries = items.map { item in
      "<span><i style=\"background:\(text(item.colour))\"></i>\(text(item.name))</span>"
    }
    return "<div class=\"legend\">\(entries.joined())</div>"
  }

  /// RFC 4648.
  static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = (0..<3).map { start + $0 < bytes.count ? bytes[start + $0] : 0 }
      let word = UInt32(group[0]) << 16 | UInt32(group[1]) << 8 | UInt32(group[2])
      for place in 0..<4 {
        let isPadding = start + place > bytes.count
        result.append(
          isPadding ? UInt8(ascii: "=") : digits[Int(word >> (18 - 6 * place) & 63)])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A whole page: no script, nothing loaded from elsewhere, readable on a phone and in print.
  static func page(title: String, body: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(text(title))</title>
    <style>
    :root { color-scheme: light; --ink: #1b1f23; --soft: #5b636b; --line: #d8dde2; }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 72rem; padding: 1rem; font: 16px/1.45 system-ui, sans-serif;
      color: var(--ink); background: #fff; }
    h1 { font-size: 1.6rem; margin: .2rem 0; } h2 { font-size: 1.25rem; margin: 2rem 0 .5rem;
      border-top: 1px solid var(--line); padding-top: 1rem; } h3 { font-size: 1.05rem; }
    p.soft, figcaption, .legend { color: var(--soft); font-size: .875rem; }
    .pictures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
    figure { margin: 0; break-inside: avoid; }
    figure img { width: 100%; height: auto; background: #cfd6dd; border: 1px solid var(--line);
      image-rendering: auto; }
    .legend span { display: inline-block; margin-right: .9rem; white-space: nowrap; }
    .legend i { display: inline-block; width: .8em; height: .8em; margin-right: .35em;
      border: 1px solid var(--soft); vertical-align: -.05em; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .3rem 0; }
    th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line); text-align: right; }
    thead th { color: var(--soft); font-weight: 600; } th:first-child { text-align: left; }
    tbody th { font-weight: 500; }
    .notice { border-left: 4px solid #d7301f; padding: .3rem .8rem; background: #fdf1ef; }
    .good { border-left-color: #1a7f37; background: #eef8f0; }
    svg { max-width: 100%; height: auto; }
    @media print { body { max-width: none; font-size: 11px; padding: 0; }
      .pictures { grid-template-columns: repeat(3, 1fr); } h2 { break-after: avoid; } }
    </style>
    </head>
    <body>
    \(body)
    </body>
    </html>

    """
  }
}
