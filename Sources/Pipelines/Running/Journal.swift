import FoundationEssentials
import Glibc

/// What a work folder knows of earlier runs: the files written, so that a run may replace its own
/// outputs and nobody else's.
public struct Journal: Codable, Sendable, Equatable {
  /// A file as it was when it was written.
  struct Output: Codable, Sendable, Equatable {
    var size: Int
    var modified: Int
    var digest: String
  }

  private var version = 1
  private var outputs: [String: Output] = [:]

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

  /// Writes the journal at once.
  func save(workDirectory: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try FileSystem.write(Array(encoder.encode(self)), to: Journal.path(workDirectory))
  }

  /// Notes a file that has just been written.
  mutating func record(_ path: String) throws {
    guard let status = Journal.status(path) else {
      throw RunError(.failed, "\(path): was written but is gone")
    }
    outputs[path] = Output(
      size: status.size, modified: status.modified, digest: try Digest.ofFile(path))
  }

  /// Whether a file is as a run of this work folder left it.
  ///
  /// The bytes are compared only where its time has changed.
  func isOwn(_ path: String) -> Bool {
    guard let known = outputs[path], let status = Journal.status(path), status.size == known.size
    else { return false }
    return status.modified == known.modified || (try? Digest.ofFile(path)) == known.digest
  }

  private static func path(_ workDirectory: String) -> String { "\(workDirectory)/journal.json" }

  private static func status(_ path: String) -> (size: Int, modified: Int)? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return (
      Int(status.st_size), Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
    )
  }
}
