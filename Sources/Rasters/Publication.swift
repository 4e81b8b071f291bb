import Glibc

/// The temporary files of one output and their way to the final names.
///
/// A reader sees the old raster or the new one, never a part: everything is written beside the
/// target, flushed to the disk and renamed, the raster last.
struct Publication {
  /// The final path of the raster.
  let target: String
  /// What all temporary paths begin with.
  private let prefix: String

  /// The file while it is being filled.
  var filling: String { prefix + fileExtension }
  /// What the name of `filling` ends with: some of GDAL's drivers insist on theirs.
  private let fileExtension: String
  /// The finished raster before it is renamed.
  var finished: String { prefix + ".cog.tif" }
  /// The style before it is renamed.
  private var style: String { prefix + ".qml" }

  /// Chooses temporary names and creates the first file, which must not exist.
  ///
  /// - Throws: `RasterError` if the directory cannot be written.
  init(target: String, fileExtension: String = ".tif") throws {
    self.target = target
    self.fileExtension = fileExtension
    let (directory, name) = Publication.split(target)
    guard !name.isEmpty else {
      throw RasterError(
        message: "the path names a directory", path: target, action: "create the raster")
    }
    let token = "\(getpid())-" + String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
    prefix = directory + "." + Publication.stem(name) + ".partial-" + token
    let descriptor = open(filling, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("create a file beside it", errno) }
    close(descriptor)
  }

  /// The path of the QGIS style of a raster: `out.qml` for `out.tif`.
  static func stylePath(of target: String) -> String {
    let (directory, name) = split(target)
    return directory + stem(name) + ".qml"
  }

  /// Takes the filled raster, with its sidecar, as the finished one.
  func finishFilling() throws {
    try move(filling, to: finished)
    if exists(filling + ".aux.xml") { try move(filling + ".aux.xml", to: finished + ".aux.xml") }
  }

  /// Flushes and renames all files: sidecars first, the raster last.
  ///
  /// Sidecars of an older raster that the new one lacks are removed, or they would be taken for
  /// the new one's.
  func publish(style text: String?) throws {
    let (directory, _) = Publication.split(target)
    if let text { try write(text, to: style) }
    try flush(finished)
    let sidecar = finished + ".aux.xml"
    if exists(sidecar) {
      try flush(sidecar)
      try move(sidecar, to: target + ".aux.xml")
    } else {
      try remove(target + ".aux.xml")
    }
    for stale in [".ovr", ".msk", ".ovr.tmp", ".msk.ovr.tmp"] { try remove(target + stale) }
    if text != nil { try move(style, to: Publication.stylePath(of: target)) }
    try move(finished, to: target)
    try flush(directory.isEmpty ? "." : directory)
  }

  /// A temporary path beside the target that `clean` removes.
  func scratch(_ fileExtension: String) -> String { prefix + ".scratch" + fileExtension }

  /// Flushes and renames the filled database.
  ///
  /// Journals of an older database would be taken for the new one's, so they go.
  func publishDatabase() throws {
    let (directory, _) = Publication.split(target)
    for journal in ["-journal", "-wal", "-shm"] {
      guard !exists(filling + journal) else {
        throw RasterError(
          message: "\(filling)\(journal) is left", path: target, action: "close the database")
      }
    }
    try flush(filling)
    for journal in ["-journal", "-wal", "-shm"] { try remove(target + journal) }
    try move(filling, to: target)
    try flush(directory.isEmpty ? "." : directory)
  }

  /// Removes every temporary file that is left.
  func clean() {
    let (directory, start) = Publication.split(prefix)
    guard let listing = opendir(directory.isEmpty ? "." : directory) else { return }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(start) { names.append(name) }
    }
    for name in names { unlink(directory + name) }
  }

  private static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }

  private static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private func write(_ text: String, to path: String) throws {
    let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("write its style", errno) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure("write its style", errno) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw failure("write its style", errno) }
  }

  private func flush(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("flush it to the disk", errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("flush it to the disk", errno) }
  }

  private func move(_ path: String, to final: String) throws {
    guard rename(path, final) == 0 else { throw failure("move \(final) into place", errno) }
  }

  private func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw failure("remove the outdated \(path)", errno)
    }
  }

  private func failure(_ action: String, _ number: Int32) -> RasterError {
    RasterError(
      code: Int(number), message: String(cString: strerror(number)), path: target, action: action)
  }
}
