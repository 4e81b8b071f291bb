import Glibc

/// The path of a file as a setting names it.
struct FilePath {
  /// The path from the current folder, or as it was if it is absolute or GDAL's own.
  let text: String

  /// Takes a path from a folder.
  ///
  /// - Parameters:
  ///   - path: The path as written.
  ///   - directory: The folder that a relative path is taken from; empty for the current one.
  init(_ path: String, in directory: String) {
    if path.hasPrefix("/") || directory.isEmpty || directory == "." {
      text = path
    } else {
      text = directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
    }
  }

  /// Why the file cannot be found (`No such file or directory`), or nil if it is there.
  ///
  /// Only GDAL can look inside archives and at servers, so `/vsi…` paths are never at fault here.
  var fault: String? {
    if text.hasPrefix("/vsi") { return nil }
    return access(text, F_OK) == 0 ? nil : String(cString: strerror(errno))
  }
}
