import Glibc

extension FileSystem {
  /// Whether there is a regular file, or a link to one.
  static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The names in a folder, hidden ones included, sorted; none if it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let listing = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The regular files in a folder and in those below it, by their paths from there.
  static func files(in folder: String) -> [String] {
    names(in: folder).flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      if isRegular(path) { return [name] }
      return isLink(path) ? [] : files(in: path).map { "\(name)/\($0)" }
    }
  }

  /// Removes a file; it is no mistake if there is none.
  static func remove(_ path: String) { unlink(path) }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}
