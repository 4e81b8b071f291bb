import Pipelines

/// What a run came to, for people: areas, scores with the baseline beside them, and files.
struct SummaryText {
  private let summary: Summary

  init(_ summary: Summary) { self.summary = summary }

  /// All lines, with a line break at the end.
  var text: String {
    var lines: [String] = []
    for scene in summary.scenes where scene.error == nil { lines += self.lines(scene) + [""] }
    let overview = SceneOverview(summary).lines
    if !overview.isEmpty { lines += overview + [""] }
    lines += ["files:"] + summary.files.map { "  \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func lines(_ scene: Summary.SceneResult) -> [String] {
    let dates = scene.dates.sorted { $0.value < $1.value }.map { "\($0.key) \($0.value)" }
    let title = dates.isEmpty ? "" : " (\(dates.joined(separator: ", ")))"
    var lines = scene.classes.isEmpty && scene.severity != nil ? [] : areas(scene)
    if let severity = scene.severity {
      lines += (lines.isEmpty ? [] : [""]) + self.severity(severity)
    }
    let hidden = hidden(scene)
    lines += lines.isEmpty || hidden.isEmpty ? hidden : [""] + hidden
    if let cleaning = scene.cleaning {
      lines.append("cleaned: \(cleaning.rule); \(cleaning.text); \(cleaning.changedPixels) changed")
    }
    if let count = scene.polygons { lines.append("polygons: \(count)") }
    if let scores = scene.scores { lines += [""] + self.scores(scores, of: scene) }
    return ["\(scene.name)\(title)"] + lines.map { $0.isEmpty ? "" : "  \($0)" }
  }

  private func areas(_ scene: Summary.SceneResult) -> [String] {
    guard !scene.classes.isEmpty else { return [] }
    var table = Table(["class", "pixels", "hectares"])
    for item in scene.classes {
      table.add([item.name, "\(item.pixels)", hectares(item.hectares)])
    }
    table.add(
      ["not observed", "\(scene.notObservedPixels)", hectares(scene.notObservedHectares)])
    return table.lines
  }

  private func severity(_ severity: Summary.Severity) -> [String] {
    var table = Table(["severity"] + severity.maps.map { "\($0.measure) hectares" })
    for index in severity.maps[0].classes.indices {
      table.add(
        [severity.maps[0].classes[index].name]
          + severity.maps.map { hectares($0.classes[index].hectares) })
    }
    table.add(["not observed"] + severity.maps.map { hectares($0.notObservedHectares) })
    return table.lines + ["offset of dNBR: \(decimals(severity.offset.value, 4))"]
  }

  /// What the mask hid, and why.
  private func hidden(_ scene: Summary.SceneResult) -> [String] {
    guard let hidden = scene.hidden, !hidden.isEmpty else { return [] }
    var table = Table(["hidden", "pixels", "hectares"])
    for item in hidden { table.add([item.reason, "\(item.pixels)", hectares(item.hectares)]) }
    return table.lines
  }

  private func hectares(_ value: Double?) -> String { value.map { decimals($0, 2) } ?? "unknown" }

  private func scores(_ scores: Summary.Scores, of scene: Summary.SceneResult) -> [String] {
    let names = scene.classes.map(\.name)
    var table = Table(["", "class", "IoU", "F1", "precision", "recall"])
    add("network", scores, names, to: &table)
    var accuracy = "overall accuracy: network \(score(scores.overallAccuracy))"
    var last: [String] = []
    if let baseline = scene.baseline {
      let rule = "\(baseline.channel) >= \(decimals(baseline.threshold, 3))"
      add(rule, baseline.scores, names, to: &table)
      accuracy += ", \(rule) \(score(baseline.scores.overallAccuracy))"
      last = scores.isWeak == true ? [] : verdict(scores, baseline, rule, names)
    }
    let heading =
      scores.isWeak == true
      ? "agreement with weak labels (says nothing about accuracy), " : "scores on "
    return ["\(heading)\(scores.pixels) (\(scores.count) pixels):"] + table.lines + [accuracy]
      + last
  }

  private func add(
    _ title: String, _ scores: Summary.Scores, _ names: [String], to table: inout Table
  ) {
    for name in names {
      table.add(
        [title, name]
          + [scores.iou, scores.f1, scores.precision, scores.recall].map { score($0[name]) })
    }
  }

  /// Whether the network was worth its while, by the IoU of the second class.
  private func verdict(
    _ scores: Summary.Scores, _ baseline: Summary.Baseline, _ rule: String, _ names: [String]
  ) -> [String] {
    guard names.count == 2 else { return [] }
    let (network, plain) = (scores.iou[names[1]], baseline.scores.iou[names[1]])
    let numbers = "IoU of '\(names[1])' \(score(network)) against \(score(plain))"
    return network ?? 0 > plain ?? 0
      ? ["The network beats the threshold \(rule): \(numbers)."]
      : ["The network does NOT beat the threshold \(rule): \(numbers)."]
  }

  private func score(_ value: Double?) -> String { value.map { decimals($0, 3) } ?? "-" }
}
