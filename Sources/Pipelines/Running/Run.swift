import Engine
import FoundationEssentials
import Rasters

/// One run of a pipeline: where artifacts and results go, the threads, and who watches.
///
/// Belongs to one thread.
public final class Run {
  /// The folder for results.
  public let outputDirectory: String
  /// The folder for artifacts of stages and the journal.
  public let workDirectory: String
  /// The threads; started when they are first used.
  public private(set) lazy var pool = ThreadPool(threads: threads)
  /// What is told in the end.
  public var summary: Summary
  /// Why scenes could not be worked on, by name.
  public internal(set) var failures: [String: String] = [:]
  /// The most bytes that mapping a scene may use; nil: as many as it takes.
  let memory: Int?
  private let threads: Int
  private let observer: any RunObserver
  private let interruption: Interruption
  private(set) var journal: Journal
  private var work: WorkInProgress?

  /// Opens the folders.
  init(
    outputDirectory: String, workDirectory: String, options: RunOptions, summary: Summary,
    observer: any RunObserver
  ) throws {
    self.outputDirectory = outputDirectory
    self.workDirectory = workDirectory
    threads = options.threads
    memory = options.memory
    interruption = options.interruption
    self.summary = summary
    self.observer = observer
    journal = try Journal(workDirectory: workDirectory)
  }

  /// Where an output goes.
  public func outputPath(_ name: String) -> String { "\(outputDirectory)/\(name)" }

  /// Where an artifact goes; its folder is made.
  ///
  /// What a stage writes there is taken to be its own unless a stage before it did.
  public func workPath(_ name: String) throws -> String {
    let path = "\(workDirectory)/\(name)"
    work?.artifacts.insert(path)
    try FileSystem.makeDirectory(FileSystem.directory(path))
    return path
  }

  /// Notes a file that was written to the results, so that a later run may replace it.
  public func recordOutput(_ name: String) throws {
    try journal.record(outputPath(name))
    work?.outputs.append(outputPath(name))
    summary.add(file: outputPath(name))
  }

  /// Writes a file to the results at once, and notes it.
  public func writeOutput(_ bytes: [UInt8], as name: String) throws {
    try FileSystem.write(bytes, to: outputPath(name))
    try recordOutput(name)
  }

  /// Writes an artifact as JSON.
  func store(_ value: some Encodable, as name: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try FileSystem.write(Array(encoder.encode(value)), to: workPath(name))
  }

  /// Reads an artifact that an earlier stage wrote.
  func load<Artifact: Decodable>(_ type: Artifact.Type, from name: String) throws -> Artifact {
    let path = try workPath(name)
    do {
      return try JSONDecoder().decode(type, from: Data(FileSystem.read(path)))
    } catch let error as RunError {
      throw error
    } catch {
      throw RunError(.failed, "\(path): not what the stage writes; remove \(workDirectory)")
    }
  }

  /// Removes an artifact once the work is known to be done: until then a run that was stopped may
  /// need it.
  func discardWhenDone(_ name: String) throws {
    let path = try workPath(name)
    work?.discarded.append(path)
  }

  /// Says something worth a line.
  public func note(_ text: String) { observer.noted(text) }

  /// Tells how far the stage is.
  ///
  /// - Throws: `Interrupted` if the run was asked to stop.
  public func advance(_ done: Int, of total: Int, _ detail: String = "") throws {
    observer.progressed(done: done, total: total, detail: detail)
    try interruption.check()
  }

  /// Goes on, unless the run was asked to stop: for work between two calls of `advance`.
  ///
  /// - Throws: `Interrupted`.
  public func checkInterruption() throws { try interruption.check() }

  /// Metadata that every raster carries: the program and the dates of the images.
  func metadata(dates: [String: String]) -> [String: String] {
    var items = ["TIFFTAG_SOFTWARE": "rspipe \(Version.text)"]
    for (image, date) in dates { items["RSPIPE_DATE_\(image.uppercased())"] = date }
    return items
  }
}

// MARK: Units of work

/// The unit that is being worked on.
private struct WorkInProgress {
  let unit: WorkUnit
  let key: StageKey
  let isLocal: Bool
  let summary: Summary
  let previous: Journal.Record?
  /// Results that were recorded.
  var outputs: [String] = []
  /// Artifacts that were asked for.
  var artifacts: Set<String> = []
  /// Artifacts to remove in the end.
  var discarded: [String] = []
}

extension Run {
  /// The key of the work that is being done: equal keys give equal bytes.
  var contentKey: String { work?.key.content ?? "" }

  /// Whether the outputs of the last run are there and differ from what is to be made in nothing
  /// that later stages see.
  var canRefresh: Bool { work?.isLocal ?? false }

  /// Takes over what is known of inputs.
  func take(inputs: FileDigests) {
    journal.inputs = inputs
    journal.inputs.prune()
  }

  /// Writes the journal.
  func saveJournal() throws { try journal.save(workDirectory: workDirectory) }

  /// Whether a run of this work folder wrote a file that is still as it was, or was stopped while
  /// it did.
  func isOwnOutput(_ name: String) -> Bool {
    journal.isOwn(outputPath(name)) || journal.isClaimed(outputPath(name))
  }

  /// Begins a unit: until it ends, the journal says that it is not finished.
  func begin(_ unit: WorkUnit, _ key: StageKey, isLocal: Bool) throws {
    try interruption.check()
    observer.began(stage: unit.stageName, scene: unit.scene?.name)
    work = WorkInProgress(
      unit: unit, key: key, isLocal: isLocal, summary: summary,
      previous: journal.records[unit.name])
    journal.records[unit.name] = Journal.Record(
      parts: key.parts, files: unit.stage.outputs(unit.scene).map(outputPath))
    try saveJournal()
  }

  /// Ends a unit: notes what it wrote and told.
  ///
  /// - Parameter earlier: The files of units before this one, which are not its own.
  func end(earlier: Set<String>) throws {
    guard let work else { return }
    var artifacts = work.artifacts
    if work.isLocal { artifacts.formUnion(work.previous?.files ?? []) }
    artifacts.subtract(earlier)
    artifacts.subtract(work.outputs)
    artifacts.subtract(work.discarded)
    // a report that lacks a scene is written again, even if nothing but luck changes
    let isWhole = failures.isEmpty || work.unit.scene != nil
    var record = Journal.Record(parts: work.key.parts, isFinished: isWhole)
    record.files = work.outputs
    for path in artifacts.sorted() where FileSystem.isRegular(path) {
      try journal.record(path)
      record.files.append(path)
    }
    record.summary = try SummaryChange(from: work.summary, to: summary)
    journal.records[work.unit.name] = record
    try saveJournal()
    for path in work.discarded { FileSystem.remove(path) }
    self.work = nil
    observer.ended(stage: work.unit.stageName, scene: work.unit.scene?.name)
  }

  /// Gives a unit up, so that the others can go on.
  func fail(_ reason: String) {
    guard let work, let scene = work.unit.scene?.name else { return }
    self.work = nil
    failures[scene] = reason
    summary.update(scene) { $0.error = reason }
    observer.noted("failed: \(reason)")
  }

  /// Skips a unit, and tells what it told when it was done.
  func skip(_ unit: WorkUnit, isUpToDate: Bool) throws {
    if let record = journal.records[unit.name] {
      try record.summary.apply(to: &summary)
      for name in unit.stage.outputs(unit.scene) where record.files.contains(outputPath(name)) {
        summary.add(file: outputPath(name))
      }
    }
    if isUpToDate { observer.skipped(stage: unit.stageName, scene: unit.scene?.name) }
  }

  /// Writes the summary, unless it is there already.
  func writeSummary(as name: String) throws {
    summary.add(file: outputPath(name))
    let bytes = try summary.encoded()
    let path = outputPath(name)
    if journal.isOwn(path), journal.digest(of: path) == Digest.of(bytes) { return }
    try writeOutput(bytes, as: name)
    try saveJournal()
  }
}
