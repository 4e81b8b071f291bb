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
  /// The threads.
  public let pool: ThreadPool
  /// What is told in the end.
  public var summary: Summary
  private let observer: any RunObserver
  private var journal: Journal

  /// Opens the folders.
  init(
    outputDirectory: String, workDirectory: String, pool: ThreadPool, summary: Summary,
    observer: any RunObserver
  ) throws {
    self.outputDirectory = outputDirectory
    self.workDirectory = workDirectory
    self.pool = pool
    self.summary = summary
    self.observer = observer
    try FileSystem.makeDirectory(outputDirectory)
    try FileSystem.makeDirectory(workDirectory)
    journal = try Journal(workDirectory: workDirectory)
  }

  /// Where an output goes.
  public func outputPath(_ name: String) -> String { "\(outputDirectory)/\(name)" }

  /// Where an artifact goes; its folder is made.
  public func workPath(_ name: String) throws -> String {
    let path = "\(workDirectory)/\(name)"
    try FileSystem.makeDirectory(FileSystem.directory(path))
    return path
  }

  /// Whether a run of this work folder wrote a file that is still as it was.
  func isOwnOutput(_ name: String) -> Bool { journal.isOwn(outputPath(name)) }

  /// Notes a file that was written to the results, so that a later run may replace it.
  public func recordOutput(_ name: String) throws {
    try journal.record(outputPath(name))
    try journal.save(workDirectory: workDirectory)
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

  /// Says something worth a line.
  public func note(_ text: String) { observer.noted(text) }

  /// Tells how far the stage is.
  public func advance(_ done: Int, of total: Int, _ detail: String = "") throws {
    observer.progressed(done: done, total: total, detail: detail)
  }

  /// Metadata that every raster carries: the program and the dates of the images.
  func metadata(dates: [String: String]) -> [String: String] {
    var items = ["TIFFTAG_SOFTWARE": "rspipe \(Version.text)"]
    for (image, date) in dates { items["RSPIPE_DATE_\(image.uppercased())"] = date }
    return items
  }
}
