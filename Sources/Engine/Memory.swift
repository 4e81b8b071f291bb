import Glibc

/// One block of zeroed memory, aligned to 64 bytes, freed with its owner.
///
/// `@unchecked Sendable`: the pointer never changes; who writes what is decided by its user, which
/// hands disjoint parts to the threads of one kernel at a time.
public final class Memory: @unchecked Sendable {
  /// The first byte.
  public let pointer: UnsafeMutableRawPointer
  /// Bytes asked for.
  public let byteCount: Int

  /// Allocates zeroed memory.
  ///
  /// Stops the program if there is none: the plan told the size before.
  public init(byteCount: Int) {
    self.byteCount = byteCount
    var raw: UnsafeMutableRawPointer?
    let padded = (max(byteCount, 1) + Memory.alignment - 1) / Memory.alignment * Memory.alignment
    let status = posix_memalign(&raw, Memory.alignment, padded)
    guard status == 0, let raw else {
      preconditionFailure("no memory for \(byteCount) bytes (status \(status))")
    }
    memset(raw, 0, padded)
    pointer = raw
  }

  /// Alignment in bytes: a cache line, and the widest vector.
  public static let alignment = 64

  /// Sets every byte to zero.
  public func clear() { memset(pointer, 0, byteCount) }

  deinit { free(pointer) }
}
