/// Runs the stages of a pipeline in order, as far as they are not up to date.
public struct Runner {
  /// What is run.
  public let pipeline: PipelineFile
  /// How.
  public let options: RunOptions

  /// Makes a runner.
  public init(_ pipeline: PipelineFile, options: RunOptions) {
    self.pipeline = pipeline
    self.options = options
  }

  /// The folder for results.
  public var outputDirectory: String { pipeline.output ?? "\(pipeline.name)-output" }

  /// The folder for artifacts.
  public var workDirectory: String { options.workDirectory ?? "\(outputDirectory)/.rspipe" }

  /// What is written for the whole pipeline.
  public static let summaryName = "summary.json"

  /// The outputs of all stages, in order.
  public var outputNames: [String] {
    WorkUnit.all(of: pipeline).flatMap { $0.stage.outputs($0.scene) } + [Runner.summaryName]
  }

  /// Says of all work, in order, whether it is up to date or why not; nothing is run or written.
  public func staleness() throws -> [Staleness] {
    try options.choice.check(pipeline)
    return try WorkPlan(
      pipeline, options: options, journal: Journal(workDirectory: workDirectory)
    ).staleness
  }

  /// Runs the stages and says what is told of scenes and files.
  public func run(observer: any RunObserver = SilentObserver()) throws -> Summary {
    try execute(observer: observer).summary
  }

  /// Runs the stages.
  ///
  /// A scene that fails is given up and told of in the summary; the others go on. Where there is
  /// one scene only, its error is that of the run.
  ///
  /// - Parameter observer: Who watches.
  /// - Returns: What it came to.
  /// - Throws: `Interrupted`; the error of a stage that works on all scenes; outputs of stages
  ///   before it stay.
  public func execute(observer: any RunObserver = SilentObserver()) throws -> RunOutcome {
    try checkInputs()
    try options.choice.check(pipeline)
    try FileSystem.makeDirectory(outputDirectory)
    try FileSystem.makeDirectory(workDirectory)
    let lock = try WorkFolderLock(workDirectory: workDirectory)
    PartialFiles.sweep(workDirectory, of: nil)
    PartialFiles.sweep(outputDirectory, of: outputNames)
    let run = try Run(
      outputDirectory: outputDirectory, workDirectory: workDirectory, options: options,
      summary: Summary(pipeline: pipeline.path), observer: observer)
    try checkOutputs(run)
    let plan = try WorkPlan(pipeline, options: options, journal: run.journal)
    run.take(inputs: plan.digests)
    let count = try work(plan, in: run)
    try run.writeSummary(as: Runner.summaryName)
    _ = consume lock
    return RunOutcome(summary: run.summary, workCount: count)
  }

  /// Does what is to be done; returns how many units that was.
  private func work(_ plan: WorkPlan, in run: Run) throws -> Int {
    var count = 0
    var earlier: Set<String> = []
    for (index, unit) in plan.units.enumerated() {
      defer { earlier.formUnion(run.journal.records[unit.name]?.files ?? []) }
      if let scene = unit.scene?.name, run.failures[scene] != nil { continue }
      guard plan.runs(index) else {
        try run.skip(unit, isUpToDate: plan.staleness[index].isUpToDate)
        continue
      }
      try checkFoundations(of: unit, in: run)
      try run.begin(unit, plan.keys[index], isLocal: plan.staleness[index].isLocal)
      count += 1
      do {
        try unit.stage.run(unit.scene, in: run)
        try run.end(earlier: earlier)
      } catch {
        // whatever it says: it may be the way in which a library was stopped
        try run.checkInterruption()
        guard !(error is Interrupted), unit.scene != nil, pipeline.scenes.count > 1 else {
          throw error
        }
        run.fail("\(error)")
      }
    }
    return count
  }

  /// A stage that works once needs all scenes that it depends on.
  private func checkFoundations(of unit: WorkUnit, in run: Run) throws {
    let inputs = unit.stage.inputs(unit.scene)
    guard unit.scene == nil, !inputs.allowsFailedScenes else { return }
    for scene in pipeline.scenes where inputs.scenes?.contains(scene.name) ?? true {
      guard let reason = run.failures[scene.name] else { continue }
      throw RunError(
        .failed,
        "the stage '\(unit.stageName)' needs scene '\(scene.name)', which failed: "
          + reason)
    }
  }

  /// No output may be an input.
  private func checkInputs() throws {
    let outputs = Set(outputNames.map { FileSystem.canonical("\(outputDirectory)/\($0)") })
    for scene in pipeline.scenes {
      for raster in scene.rasters.values.map({ $0 }) + (scene.label.map { [$0] } ?? [])
      where outputs.contains(FileSystem.canonical(raster.path)) {
        throw RunError(
          .usage,
          "\(raster.path): an input of scene '\(scene.name)' would be overwritten; "
            + "set 'output' to another folder")
      }
    }
  }

  /// An output that exists must be this pipeline's own, or may be replaced.
  private func checkOutputs(_ run: Run) throws {
    guard !options.overwrites else { return }
    for name in outputNames where FileSystem.exists(run.outputPath(name)) {
      guard run.isOwnOutput(name) else {
        throw RunError(
          .usage,
          "\(run.outputPath(name)): exists and was not written by this pipeline, or was "
            + "changed since; use --overwrite to replace it, or set 'output' to another folder")
      }
    }
  }
}

/// What a run came to.
public struct RunOutcome: Sendable {
  /// What is told of scenes and files.
  public let summary: Summary
  /// How many times a stage ran; 0: everything was up to date.
  public let workCount: Int

  /// The scenes that could not be worked on.
  public var failedScenes: [String] {
    summary.scenes.filter { $0.error != nil }.map(\.name)
  }
}
