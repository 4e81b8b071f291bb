import CKernels

/// Threads that wait for work between kernels.
///
/// Results never depend on how many there are.
///
/// `@unchecked Sendable`: the C pool guards itself with a mutex.
public final class ThreadPool: @unchecked Sendable {
  let handle: OpaquePointer

  /// Threads, the caller's included.
  public let threads: Int

  /// Starts a pool.
  ///
  /// - Parameter threads: Threads to use, the caller's included; at least 1.
  public init(threads: Int) {
    rs_prepare_blas()
    guard let handle = rs_pool_create(Int32(max(1, threads))) else {
      preconditionFailure("no memory for a pool of \(threads) threads")
    }
    self.handle = handle
    self.threads = Int(rs_pool_threads(handle))
  }

  deinit { rs_pool_destroy(handle) }

  /// The C pool, valid while this object lives: for kernels called by other modules.
  public var kernelPool: OpaquePointer { handle }
}
