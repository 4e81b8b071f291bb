import CKernels

/// Memory that ``LossBatch`` keeps its probabilities in, reused from batch to batch.
///
/// It grows to the largest batch seen. One scratch serves one batch at a time: a new batch
/// overwrites what the former one held.
public final class LossScratch {
  private(set) var probabilities: UnsafeMutableRawPointer
  private(set) var logSums: UnsafeMutablePointer<Double>
  private var probabilityBytes = 0
  private var logSumCount = 0

  /// Makes an empty scratch.
  public init() {
    probabilities = .allocate(byteCount: 1, alignment: 64)
    logSums = .allocate(capacity: 1)
  }

  deinit {
    probabilities.deallocate()
    logSums.deallocate()
  }

  /// Makes room for a batch; what was held is lost if it grows.
  func reserve(type: rs_type, pixels: Int, classes: Int) {
    let bytes = pixels * classes * type.byteCount
    if bytes > probabilityBytes {
      probabilities.deallocate()
      probabilities = .allocate(byteCount: bytes, alignment: 64)
      probabilityBytes = bytes
    }
    if pixels > logSumCount {
      logSums.deallocate()
      logSums = .allocate(capacity: pixels)
      logSumCount = pixels
    }
  }
}

extension rs_type {
  /// The size of one element.
  var byteCount: Int { self == RS_FLOAT64 ? 8 : 4 }
}
