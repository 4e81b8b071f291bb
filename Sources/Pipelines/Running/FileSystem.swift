import Glibc

/// Plain file operations that say what went wrong with which file.
enum FileSystem {
  /// The bytes of a regular file.
  static func read(_ path: String, limit: Int = .max) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "read", kind: .input) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, "read", kind: .input) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw RunError(.input, "\(path): not a regular file")
    }
    guard status.st_size <= limit else {
      throw RunError(.input, "\(path): \(status.st_size) bytes, at most \(limit) are read")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path, "read", kind: .input) }
      filled += count
    }
    return bytes
  }

  /// Replaces a file at once: a reader sees the old bytes or the new ones.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let temporary = "\(directoryPrefix(path)).\(name(path)).partial-\(getpid())"
    unlink(temporary)
    let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path, "write") }
    do {
      defer { close(descriptor) }
      var written = 0
      while written < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw failure(path, "write") }
        written += count
      }
      guard fsync(descriptor) == 0 else { throw failure(path, "write") }
      guard rename(temporary, path) == 0 else { throw failure(path, "replace") }
      try syncDirectory(of: path)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Makes a folder and those above it.
  static func makeDirectory(_ path: String) throws {
    guard !path.isEmpty, !isDirectory(path) else { return }
    try makeDirectory(directory(path))
    guard mkdir(path, 0o777) == 0 || errno == EEXIST, isDirectory(path) else {
      throw failure(path, "make the folder")
    }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// `a/b.tif` → `a`; `b.tif` → ``.
  static func directory(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// `a/b.tif` → `b.tif`.
  static func name(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// `a/b.tif` → `b`.
  static func stem(_ path: String) -> String {
    let name = name(path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// The path without links and dots, for comparisons; a file that does not exist yet is taken in
  /// its existing folder.
  static func canonical(_ path: String) -> String {
    if let resolved = realpath(path, nil) {
      defer { free(resolved) }
      return String(cString: resolved)
    }
    let folder = directory(path)
    guard let resolved = realpath(folder.isEmpty ? "." : folder, nil) else { return path }
    defer { free(resolved) }
    return "\(String(cString: resolved))/\(name(path))"
  }

  private static func directoryPrefix(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  private static func syncDirectory(of path: String) throws {
    let folder = directory(path)
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "write") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(path, "write") }
  }

  private static func failure(
    _ path: String, _ action: String, kind: RunError.Kind = .failed
  ) -> RunError {
    RunError(kind, "\(path): cannot \(action): \(String(cString: strerror(errno)))")
  }
}
