/// Digests of the content of files, which is read again only if size, times or inode changed.
struct FileDigests: Codable, Equatable, Sendable {
  /// A file as it was when it was read.
  struct Known: Codable, Equatable, Sendable {
    var status: FileStatus
    var digest: String
  }

  private var known: [String: Known] = [:]
  /// The files asked for, so that others can be forgotten.
  private var asked: Set<String> = []
  /// Files whose content was read.
  private(set) var readCount = 0

  init() {}

  /// Takes over what an earlier run knew.
  init(from decoder: any Decoder) throws {
    known = try decoder.singleValueContainer().decode([String: Known].self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(known)
  }

  static func == (first: FileDigests, second: FileDigests) -> Bool { first.known == second.known }

  /// The digest of a regular file.
  ///
  /// - Parameter check: Called now and then while it is read.
  /// - Throws: `RunError` if it cannot be read.
  mutating func digest(of path: String, check: () throws -> Void = {}) throws -> String {
    asked.insert(path)
    let status = FileStatus(path)
    if let status, let known = known[path], known.status == status { return known.digest }
    readCount += 1
    let digest = try Digest.ofFile(path, check: check)
    if let status, !status.isFresh {
      known[path] = Known(status: status, digest: digest)
    } else {
      known[path] = nil
    }
    return digest
  }

  /// Forgets files that were not asked for.
  mutating func prune() { known = known.filter { asked.contains($0.key) } }
}
