import FoundationEssentials

/// What a work folder knows of earlier runs: which work was done from what, and the files written,
/// so that a run skips what is up to date and replaces its own outputs and nobody else's.
public struct Journal: Codable, Sendable, Equatable {
  /// A file as it was when it was written.
  struct Output: Codable, Sendable, Equatable {
    var size: Int
    var modified: Int
    var digest: String
  }

  /// Work that was begun, and what came of it.
  struct Record: Codable, Sendable, Equatable {
    /// What it depended on.
    var parts: [KeyPart]
    /// Whether it ended.
    var isFinished = false
    /// The results and artifacts that it wrote, by path; those that it is about to write until it
    /// ended.
    var files: [String] = []
    /// What it added to the summary.
    var summary = SummaryChange()
  }

  private var version = 2
  private var outputs: [String: Output] = [:]
  /// Work by unit.
  var records: [String: Record] = [:]
  /// Digests of inputs.
  var inputs = FileDigests()

  /// Starts an empty journal.
  public init() {}

  /// Reads the journal of a work folder; a missing one is empty.
  ///
  /// - Throws: `RunError` if it cannot be read or is no journal.
  init(workDirectory: String) throws {
    let path = Journal.path(workDirectory)
    guard FileSystem.exists(path) else { return }
    do {
      self = try JSONDecoder().decode(Journal.self, from: Data(FileSystem.read(path)))
    } catch let error as RunError {
      throw error
    } catch {
      throw RunError(
        .failed, "\(path): not a journal of this program; remove it or choose another --work")
    }
  }

  /// Reads a journal; one of the first version knows outputs alone.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    outputs = try container.decode([String: Output].self, forKey: .outputs)
    records = try container.decodeIfPresent([String: Record].self, forKey: .records) ?? [:]
    inputs = try container.decodeIfPresent(FileDigests.self, forKey: .inputs) ?? FileDigests()
  }

  /// Writes the journal at once.
  func save(workDirectory: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try FileSystem.write(Array(encoder.encode(self)), to: Journal.path(workDirectory))
  }

  /// Notes a file that has just been written.
  mutating func record(_ path: String) throws {
    guard let status = FileStatus(path) else {
      throw RunError(.failed, "\(path): was written but is gone")
    }
    outputs[path] = Output(
      size: status.size, modified: status.modified, digest: try Digest.ofFile(path))
  }

  /// Whether a file is as a run of this work folder left it.
  ///
  /// The bytes are compared only where its time has changed.
  func isOwn(_ path: String) -> Bool {
    guard let known = outputs[path], let status = FileStatus(path), status.size == known.size
    else { return false }
    return status.modified == known.modified || (try? Digest.ofFile(path)) == known.digest
  }

  /// Whether a run of this work folder was about to write a file and may have done so.
  func isClaimed(_ path: String) -> Bool {
    records.values.contains { !$0.isFinished && $0.files.contains(path) }
  }

  /// The digest of a file as it was written.
  func digest(of path: String) -> String? { outputs[path]?.digest }

  private static func path(_ workDirectory: String) -> String { "\(workDirectory)/journal.json" }
}
