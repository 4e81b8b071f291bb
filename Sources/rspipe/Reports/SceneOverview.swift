import Pipelines

/// What became of each of many scenes: a line with its areas, or its error.
struct SceneOverview {
  private let summary: Summary

  init(_ summary: Summary) { self.summary = summary }

  /// The table; nothing for one scene that did not fail.
  var lines: [String] {
    let failed = summary.scenes.filter { $0.error != nil }
    guard summary.scenes.count > 1 || !failed.isEmpty else { return [] }
    let classes = summary.scenes.first { !$0.classes.isEmpty }?.classes.map(\.name) ?? []
    var table = Table(["scene"] + classes.map { "\($0) ha" } + ["not observed ha", "result"])
    for scene in summary.scenes {
      let areas =
        scene.classes.map { hectares($0.hectares) } + [hectares(scene.notObservedHectares)]
      let isMapped = scene.error == nil && scene.classes.count == classes.count
      table.add(
        [scene.name]
          + (isMapped ? areas : Array(repeating: "-", count: classes.count + 1))
          + [scene.error == nil ? "done" : "failed"])
    }
    return ["scenes:"] + table.lines.map { "  \($0)" }
      + failed.map { "  \($0.name) failed: \($0.error ?? "")" }
  }

  private func hectares(_ value: Double?) -> String { value.map { decimals($0, 2) } ?? "unknown" }
}

/// Some scenes could not be worked on; the others were.
struct ScenesFailed: Error, CustomStringConvertible {
  let names: [String]
  let count: Int

  var description: String {
    "\(names.count) of \(count) scenes failed: \(names.joined(separator: ", "))"
  }
}
