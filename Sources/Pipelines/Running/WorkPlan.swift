/// What a run has to do: all units with their keys, and which of them are up to date.
struct WorkPlan {
  let units: [WorkUnit]
  let keys: [StageKey]
  /// Of each unit.
  private(set) var staleness: [Staleness] = []
  /// What is known of inputs now.
  let digests: FileDigests
  private let choice: RunOptions.Choice

  /// Looks at all inputs and outputs.
  ///
  /// - Throws: `RunError` if one stage alone is to run and those before it are not up to date.
  init(_ pipeline: PipelineFile, options: RunOptions, journal: Journal) throws {
    units = WorkUnit.all(of: pipeline)
    choice = options.choice
    var maker = KeyMaker(
      pipeline, version: options.version, digests: journal.inputs,
      check: options.interruption.check)
    keys = try maker.keys(of: units)
    digests = maker.digests
    let names = pipeline.declarations.map(\.name)
    var runningAgain: Set<String> = []
    for (unit, key) in zip(units, keys) {
      var staleness = Staleness(unit, key: key, journal: journal) { runningAgain.contains($0) }
      if choice.forces(unit.stageName, of: names) { staleness = staleness.forced() }
      if !staleness.isUpToDate { runningAgain.insert(unit.name) }
      self.staleness.append(staleness)
    }
    try checkFoundations()
  }

  /// Whether a unit has to run.
  func runs(_ index: Int) -> Bool {
    if case .only(let stage) = choice { return units[index].stageName == stage }
    return !staleness[index].isUpToDate
  }

  private func checkFoundations() throws {
    guard case .only(let stage) = choice else { return }
    let needed = Set(
      zip(units, keys).filter { $0.0.stageName == stage }
        .flatMap { $0.1.parts.filter { $0.kind == .work }.map(\.name) })
    for (unit, staleness) in zip(units, staleness)
    where needed.contains(unit.name) && !staleness.isUpToDate {
      throw RunError(
        .usage,
        "--only \(stage): it builds on work that is not up to date: \(staleness.text). "
          + "Use --from \(unit.stageName), or neither")
    }
  }
}
