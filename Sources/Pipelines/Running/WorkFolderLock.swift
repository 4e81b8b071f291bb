import Glibc

/// The right to write to a work folder, held by one run at a time.
///
/// The kernel takes it back when the process ends, however it ends.
struct WorkFolderLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the right.
  ///
  /// - Throws: `RunError` of kind busy if another run has it.
  init(workDirectory: String) throws {
    let path = "\(workDirectory)/lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw RunError(.failed, "\(path): cannot open: \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let number = errno
      let owner = String(decoding: (try? FileSystem.read(path, limit: 100)) ?? [], as: UTF8.self)
        .prefix { $0.isNumber }
      close(descriptor)
      guard number == EWOULDBLOCK else {
        throw RunError(.failed, "\(path): cannot lock: \(String(cString: strerror(number)))")
      }
      let process = owner.isEmpty ? "" : " (process \(owner))"
      throw RunError(
        .busy,
        "\(workDirectory): another run\(process) is at work here; wait for it, or choose another "
          + "folder by --work")
    }
    let text = "\(getpid())\n"
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.utf8.count, 0)
  }

  deinit { close(descriptor) }
}
