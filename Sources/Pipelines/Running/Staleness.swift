/// Whether work has to be done, and why.
public struct Staleness: Equatable, Sendable {
  /// The stage.
  public let stage: String
  /// The scene; nil: the stage works once.
  public let scene: String?
  /// Why the work has to be done, the first reason first; empty: it is up to date.
  public let reasons: [String]
  /// Whether what other work builds on is as it was, so that only its own files are made again.
  let isLocal: Bool

  /// Whether there is nothing to do.
  public var isUpToDate: Bool { reasons.isEmpty }

  /// `train: setting epochs changed from 10 to 12`.
  public var text: String {
    let title = stage + (scene.map { " \($0)" } ?? "")
    guard !isUpToDate else { return "\(title): up to date" }
    let shown = reasons.prefix(Staleness.shownCount).joined(separator: "; ")
    let rest = reasons.count - Staleness.shownCount
    return "\(title): \(shown)\(rest > 0 ? "; and \(rest) more" : "")"
  }

  private static let shownCount = 3
}

extension Staleness {
  /// Compares a unit with what the journal knows of it.
  ///
  /// - Parameters:
  ///   - isRunningAgain: Whether a unit before this one has to run.
  init(
    _ unit: WorkUnit, key: StageKey, journal: Journal, isRunningAgain: (String) -> Bool
  ) {
    stage = unit.stageName
    scene = unit.scene?.name
    guard let record = journal.records[unit.name] else {
      (reasons, isLocal) = (["not run yet"], false)
      return
    }
    let known = StageKey(parts: record.parts)
    let isSame = known.content == key.content
    var reasons = known == key ? [] : Difference(known, key, unit.scene, isRunningAgain).reasons
    guard record.isFinished else {
      (self.reasons, isLocal) = (["was not finished"] + reasons, false)
      return
    }
    // names and order of parts alone may have changed with the program
    if reasons.isEmpty, !isSame || known.local != key.local { reasons = ["its inputs changed"] }
    var isIntact = true
    for file in record.files where !journal.isOwn(file) {
      isIntact = false
      reasons.append(
        FileSystem.exists(file) ? "output \(file) was changed" : "output \(file) is missing")
    }
    self.reasons = reasons
    isLocal = isSame && isIntact
  }

  /// The same, to be done in any case.
  func forced() -> Staleness {
    isUpToDate
      ? Staleness(stage: stage, scene: scene, reasons: ["asked for"], isLocal: false)
      : Staleness(stage: stage, scene: scene, reasons: reasons, isLocal: false)
  }
}

/// What differs between two keys, in words.
private struct Difference {
  private(set) var reasons: [String] = []
  private let suffix: String

  init(
    _ old: StageKey, _ new: StageKey, _ scene: Scene?, _ isRunningAgain: (String) -> Bool
  ) {
    // the line names the scene already
    suffix = scene.map { " \($0.name)" } ?? ""
    let before = Difference.byName(old)
    let after = Difference.byName(new)
    // of earlier work the nearest is enough: it runs again because of what it builds on
    let nearest = new.parts.last {
      $0.kind == .work && before[Difference.id($0)].map(\.text) != $0.text
    }
    let nearestStage = nearest?.name.prefix { $0 != " " }
    for part in new.parts
    where part.kind != .work || part.name.prefix(while: { $0 != " " }) == nearestStage {
      guard let known = before[Difference.id(part)] else {
        reasons.append(Difference.added(part))
        continue
      }
      if known.text != part.text {
        reasons.append(changed(known, part, isRunningAgain))
      }
    }
    for part in old.parts where after[Difference.id(part)] == nil {
      reasons.append(Difference.removed(part))
    }
    // one change may show twice: as a file's content and as its path
    reasons = reasons.enumerated().filter { !reasons[..<$0].contains($1) }.map(\.element)
  }

  private static func id(_ part: KeyPart) -> String { "\(part.kind.rawValue) \(part.name)" }

  private static func byName(_ key: StageKey) -> [String: KeyPart] {
    Dictionary(key.parts.map { (id($0), $0) }) { first, _ in first }
  }

  private func changed(
    _ old: KeyPart, _ new: KeyPart, _ isRunningAgain: (String) -> Bool
  ) -> String {
    switch new.kind {
    case .file: "input \(new.path ?? new.name) changed"
    case .work:
      (new.name.hasSuffix(suffix) ? String(new.name.dropLast(suffix.count)) : new.name)
        + (isRunningAgain(new.name) ? " runs again" : " ran again")
    default:
      "\(Difference.label(new)) changed from \(Difference.shortened(old.text)) to "
        + Difference.shortened(new.text)
    }
  }

  private static func added(_ part: KeyPart) -> String {
    switch part.kind {
    case .file: "input \(part.path ?? part.name) was added"
    case .work: "it builds on \(part.name) now"
    default: "\(label(part)) was added: \(shortened(part.text))"
    }
  }

  private static func removed(_ part: KeyPart) -> String {
    switch part.kind {
    case .file: "input \(part.path ?? part.name) was left out"
    case .work: "it builds on \(part.name) no more"
    default: "\(label(part)) was left out"
    }
  }

  private static func label(_ part: KeyPart) -> String {
    switch part.kind {
    case .program: "the program"
    case .setting: "setting \(part.name)"
    case .path: "the path of \(part.name)"
    default: part.name
    }
  }

  private static func shortened(_ text: String) -> String {
    text.count <= 60 ? text : "\(text.prefix(57))…"
  }
}
