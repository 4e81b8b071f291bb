import Glibc

/// Temporary files that a run which was killed left beside its outputs: `.NAME.partial-PID…`.
enum PartialFiles {
  /// Removes those of processes that are no more.
  ///
  /// - Parameters:
  ///   - folder: Where to look, and in the folders below it if all names are meant.
  ///   - names: The outputs; nil: any, of whatever process, since the folder is locked.
  static func sweep(_ folder: String, of names: [String]?) {
    guard let names else {
      for file in FileSystem.files(in: folder) where owner(of: FileSystem.name(file)) != nil {
        FileSystem.remove("\(folder)/\(file)")
      }
      return
    }
    let known = Set(names + names.map(FileSystem.stem))
    for file in FileSystem.names(in: folder) {
      guard let (name, process) = owner(of: file), known.contains(name), let process,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      FileSystem.remove("\(folder)/\(file)")
    }
  }

  /// The output that a temporary file is for, and the process that writes it, where its name says.
  static func owner(of file: String) -> (name: String, process: pid_t?)? {
    guard file.hasPrefix("."), let range = file.ranges(of: ".partial-").last else { return nil }
    let digits = file[range.upperBound...].prefix(while: \.isASCIIDigit)
    let next = file[digits.endIndex...].first
    let name = String(file[..<range.lowerBound].dropFirst())
    guard !name.isEmpty else { return nil }
    return (name, next == nil || next == "-" ? pid_t(digits) : nil)
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
