import Glibc

/// What the file system says of a file: if none of it changed, the content did not.
struct FileStatus: Codable, Equatable, Sendable {
  let size: Int
  /// Nanoseconds since 1970 at which the content was changed.
  let modified: Int
  /// The same for content, name or rights.
  let changed: Int
  let inode: UInt64

  /// Asks for a file; nil if there is none.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    size = Int(status.st_size)
    modified = FileStatus.nanoseconds(status.st_mtim)
    changed = FileStatus.nanoseconds(status.st_ctim)
    inode = UInt64(status.st_ino)
  }

  /// Whether the content may change without its time changing, since the last change is so recent
  /// that the clock of the file system may not have ticked since.
  var isFresh: Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return FileStatus.nanoseconds(now) - max(modified, changed) < 50_000_000
  }

  private static func nanoseconds(_ time: timespec) -> Int {
    Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }
}
