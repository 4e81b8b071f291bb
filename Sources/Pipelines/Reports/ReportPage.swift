import Rasters
import Training

/// The report of a run as one HTML page, from the summary and the files written.
struct ReportPage {
  let pipeline: String
  let classes: ClassList
  let summary: Summary
  /// What the epochs of the training came to; empty without training.
  let epochs: [EpochRecord]

  /// The pictures of one scene.
  struct Pictures {
    var items: [(png: [UInt8], caption: String)]
    var scaleBar: ScaleBar?
    var extent: String
  }

  /// The page.
  func html(_ pictures: [String: Pictures]) -> String {
    var parts = [
      "<h1>\(HTML.text(FileSystem.stem(pipeline)))</h1>",
      "<p class=\"soft\">\(HTML.text(pipeline)) · rspipe \(HTML.text(summary.version)) · "
        + "\(summary.scenes.count) scene\(summary.scenes.count == 1 ? "" : "s") mapped</p>",
    ]
    if summary.scenes.count > 1 { parts.append(overview) }
    for scene in summary.scenes { parts.append(section(scene, pictures[scene.name])) }
    if !epochs.isEmpty { parts.append(training) }
    parts.append("<h2>Files</h2><p class=\"soft\">")
    parts.append(summary.files.map(HTML.text).joined(separator: "<br>") + "</p>")
    return HTML.page(title: FileSystem.stem(pipeline), body: parts.joined(separator: "\n"))
  }

  private var overview: String {
    let names = classes.items.map { "\($0.name), ha" }
    let rows = summary.scenes.map { scene in
      [scene.name] + scene.classes.map { hectares($0.hectares) }
        + [hectares(scene.notObservedHectares)]
    }
    return HTML.table(head: ["scene"] + names + ["not observed, ha"], rows: rows)
  }

  private func section(_ scene: Summary.SceneResult, _ pictures: Pictures?) -> String {
    var parts = ["<h2>\(HTML.text(scene.name))</h2>"]
    let dates = scene.dates.sorted { $0.key > $1.key }.map { "\($0.key): \($0.value)" }
    let facts = dates + (pictures.map { [$0.extent] } ?? [])
    parts.append("<p class=\"soft\">\(HTML.text(facts.joined(separator: " · ")))</p>")
    if let pictures { parts.append(self.pictures(pictures)) }
    parts.append("<h3>Area</h3>")
    let total = scene.classes.reduce(scene.notObservedPixels) { $0 + $1.pixels }
    func share(_ pixels: Int) -> String {
      "\(decimals(100 * Double(pixels) / Double(max(1, total)), 1)) %"
    }
    parts.append(
      HTML.table(
        head: ["class", "pixels", "hectares", "share"],
        rows: scene.classes.map {
          [$0.name, "\($0.pixels)", hectares($0.hectares), share($0.pixels)]
        } + [
          [
            "not observed", "\(scene.notObservedPixels)", hectares(scene.notObservedHectares),
            share(scene.notObservedPixels),
          ]
        ]))
    if let severity = scene.severity { parts.append(self.severity(severity)) }
    if let hidden = scene.hidden, !hidden.isEmpty {
      parts.append("<h3>Hidden pixels</h3>")
      parts.append(
        HTML.table(
          head: ["reason", "pixels", "hectares"],
          rows: hidden.map { [$0.reason, "\($0.pixels)", hectares($0.hectares)] }))
    }
    if let scores = scene.scores { parts.append(self.scores(scores, scene.baseline)) }
    return parts.joined(separator: "\n")
  }

  private func severity(_ severity: Summary.Severity) -> String {
    let names = severity.maps.first?.classes.map(\.name) ?? []
    let rows = names.indices.map { index in
      [names[index]] + severity.maps.map { hectares($0.classes[index].hectares) }
    }
    let unseen = ["not observed"] + severity.maps.map { hectares($0.notObservedHectares) }
    return "<h3>Burn severity</h3>"
      + HTML.table(
        head: ["class"] + severity.maps.map { "\($0.measure), ha" }, rows: rows + [unseen])
      + "<p class=\"soft\">dNBR of unburned vegetation, taken off: "
      + "\(decimals(severity.offset.value, 4)).</p>"
  }

  private func pictures(_ pictures: Pictures) -> String {
    let bar = pictures.scaleBar?.html ?? ""
    let figures = pictures.items.map {
      HTML.figure($0.png, alternative: $0.caption, caption: $0.caption, below: bar)
    }
    let legend = HTML.legend(
      classes.items.map { ($0.colour.hex, $0.name) } + [("#cfd6dd", "not observed")])
    return "<div class=\"pictures\">\(figures.joined())</div>\(legend)"
  }

  private func scores(_ scores: Summary.Scores, _ baseline: Summary.Baseline?) -> String {
    var rows = classes.items.map { row("network", $0.name, scores) }
    if let baseline {
      let name = "\(baseline.channel) ≥ \(decimals(baseline.threshold, 3))"
      rows += classes.items.map { row(name, $0.name, baseline.scores) }
    }
    let isWeak = scores.isWeak == true
    var parts = [
      isWeak
        ? "<h3>Agreement with weak labels</h3><p class=\"notice\">The labels are guessed from an "
          + "index: these numbers say nothing about accuracy.</p>"
        : "<h3>Agreement with labels</h3>"
    ]
    parts.append("<p class=\"soft\">\(HTML.text(scores.pixels)): \(scores.count) pixels</p>")
    if let baseline, !isWeak { parts.append(verdict(scores, baseline)) }
    parts.append(
      HTML.table(head: ["map", "class", "IoU", "F1", "precision", "recall"], rows: rows))
    parts.append(
      HTML.table(
        head: ["label \\ map"] + classes.items.map(\.name),
        rows: zip(classes.items, scores.confusion).map { [$0.name] + $1.map { "\($0)" } }))
    return parts.joined(separator: "\n")
  }

  private func row(_ map: String, _ name: String, _ scores: Summary.Scores) -> [String] {
    [map, name]
      + [scores.iou, scores.f1, scores.precision, scores.recall].map { values in
        values[name].map { decimals($0, 3) } ?? "–"
      }
  }

  private func verdict(_ scores: Summary.Scores, _ baseline: Summary.Baseline) -> String {
    let name = classes.items[classes.count - 1].name
    guard let network = scores.iou[name], let plain = baseline.scores.iou[name] else { return "" }
    let beats = network > plain
    return "<p class=\"notice\(beats ? " good" : "")\">The network "
      + (beats ? "beats" : "does <strong>not</strong> beat")
      + " the plain threshold: IoU of \(HTML.text(name)) \(decimals(network, 3)) against "
      + "\(decimals(plain, 3)).</p>"
  }

  private var training: String {
    let loss = LineChart(
      title: "training loss", xLabel: "epoch",
      lines: [
        LineChart.Line(
          name: "", colour: "#0b62a8", points: epochs.map { (Double($0.epoch), $0.loss) })
      ])
    let score = LineChart(
      title: "mean IoU, validation", xLabel: "epoch",
      lines: [
        LineChart.Line(
          name: "", colour: "#1a7f37",
          points: epochs.compactMap { epoch in epoch.score.map { (Double(epoch.epoch), $0) } })
      ], range: 0...1)
    let best = epochs.last { $0.isBest }?.epoch ?? epochs.count
    return "<h2>Training</h2>\(loss.svg)\(score.svg)<p class=\"soft\">The weights of epoch \(best) "
      + "were kept: the best mean IoU on the validation blocks.</p>"
  }

  private func hectares(_ value: Double?) -> String { value.map { decimals($0, 1) } ?? "unknown" }
}
