import Engine

/// How a pipeline is to be run.
public struct RunOptions: Sendable {
  /// The folder for artifacts; nil: `.rspipe` in the folder for results.
  public var workDirectory: String?
  /// Whether outputs that are not this pipeline's own may be replaced.
  public var overwrites: Bool
  /// Threads.
  public var threads: Int

  /// Makes options.
  public init(workDirectory: String? = nil, overwrites: Bool = false, threads: Int) {
    self.workDirectory = workDirectory
    self.overwrites = overwrites
    self.threads = threads
  }
}

/// Runs the stages of a pipeline in order.
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
    pipeline.stages.flatMap { stage in
      stage.scenes.isEmpty
        ? stage.outputs(nil) : stage.scenes.flatMap { stage.outputs($0) }
    } + [Runner.summaryName]
  }

  /// Runs all stages.
  ///
  /// - Parameter observer: Who watches.
  /// - Returns: What it came to.
  /// - Throws: The error of the stage that failed; outputs of stages before it stay.
  public func run(observer: any RunObserver = SilentObserver()) throws -> Summary {
    try checkInputs()
    let run = try Run(
      outputDirectory: outputDirectory, workDirectory: workDirectory,
      pool: ThreadPool(threads: options.threads), summary: Summary(pipeline: pipeline.path),
      observer: observer)
    try checkOutputs(run)
    for stage in pipeline.stages {
      let name = type(of: stage).component.name
      let work: [Scene?] = stage.scenes.isEmpty ? [nil] : stage.scenes
      for scene in work {
        observer.began(stage: name, scene: scene?.name)
        try stage.run(scene, in: run)
        observer.ended(stage: name, scene: scene?.name)
      }
    }
    run.summary.add(file: run.outputPath(Runner.summaryName))
    try run.writeOutput(run.summary.encoded(), as: Runner.summaryName)
    return run.summary
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
