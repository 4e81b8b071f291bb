/// A line chart as SVG.
struct LineChart {
  /// One line: its name, colour and points.
  struct Line {
    let name: String
    let colour: String
    let points: [(x: Double, y: Double)]
  }

  let title: String
  let xLabel: String
  let lines: [Line]
  /// The y axis begins and ends here; nil: at the least and greatest value.
  var range: ClosedRange<Double>?

  private static let (width, height) = (420.0, 230.0)
  private static let (left, right, top, bottom) = (48.0, 12.0, 26.0, 40.0)

  /// The chart; empty without points.
  var svg: String {
    let points = lines.flatMap(\.points)
    guard let least = points.map(\.y).min(), let greatest = points.map(\.y).max(),
      let first = points.map(\.x).min(), let last = points.map(\.x).max()
    else { return "" }
    let low = range?.lowerBound ?? min(0, least)
    let high = range?.upperBound ?? max(greatest, low + 1e-9)
    let span = max(last - first, 1)
    func x(_ value: Double) -> Double {
      LineChart.left + (value - first) / span
        * (LineChart.width - LineChart.left - LineChart.right)
    }
    func y(_ value: Double) -> Double {
      LineChart.height - LineChart.bottom - (value - low) / max(high - low, 1e-12)
        * (LineChart.height - LineChart.top - LineChart.bottom)
    }
    var parts: [String] = []
    for step in 0...4 {
      let value = low + (high - low) * Double(step) / 4
      parts.append(
        "<line x1=\"\(LineChart.left)\" x2=\"\(LineChart.width - LineChart.right)\" "
          + "y1=\"\(decimals(y(value), 1))\" y2=\"\(decimals(y(value), 1))\" stroke=\"#e3e7eb\"/>"
          + text(LineChart.left - 6, y(value) + 4, decimals(value, 2), anchor: "end"))
    }
    for value in [first, (first + last) / 2, last] {
      parts.append(
        text(
          x(value), LineChart.height - LineChart.bottom + 16, decimals(value, 0), anchor: "middle"))
    }
    for (index, line) in lines.enumerated() {
      let path = line.points.map { "\(decimals(x($0.x), 1)),\(decimals(y($0.y), 1))" }
        .joined(separator: " ")
      parts.append(
        "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(line.colour)\" stroke-width=\"2\"/>")
      parts.append(
        text(
          LineChart.width - LineChart.right - 130 * Double(lines.count - index - 1), 14, line.name,
          anchor: "end", colour: line.colour))
    }
    parts.append(text(LineChart.left, 14, title, anchor: "start", colour: "#1b1f23"))
    parts.append(
      text(
        (LineChart.left + LineChart.width) / 2, LineChart.height - 6, xLabel, anchor: "middle"))
    return "<svg viewBox=\"0 0 \(Int(LineChart.width)) \(Int(LineChart.height))\" "
      + "width=\"\(Int(LineChart.width))\" role=\"img\" aria-label=\"\(HTML.text(title))\">"
      + parts.joined() + "</svg>"
  }

  private func text(
    _ x: Double, _ y: Double, _ content: String, anchor: String, colour: String = "#5b636b"
  ) -> String {
    "<text x=\"\(decimals(x, 1))\" y=\"\(decimals(y, 1))\" font-size=\"12\" text-anchor=\"\(anchor)\" "
      + "fill=\"\(colour)\" font-family=\"system-ui, sans-serif\">\(HTML.text(content))</text>"
  }
}
