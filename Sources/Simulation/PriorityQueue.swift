/// A queue of pixels that gives the one of lowest key first.
///
/// Key and pixel are packed into one integer: the bits of non-negative floats order like the floats
/// do, and equal keys are decided by the pixel's number, so that the order is the same everywhere.
struct PriorityQueue {
  private var heap: [UInt64] = []

  /// The number of entries.
  var count: Int { heap.count }

  /// Adds a pixel, whose key must not be negative.
  mutating func push(key: Float, pixel: Int) {
    let entry = UInt64(key.bitPattern) << 32 | UInt64(UInt32(truncatingIfNeeded: pixel))
    heap.append(entry)
    heap.withUnsafeMutableBufferPointer { heap in
      var child = heap.count - 1
      while child > 0 {
        let parent = (child - 1) >> 1
        guard heap[parent] > entry else { break }
        heap[child] = heap[parent]
        child = parent
      }
      heap[child] = entry
    }
  }

  /// Removes the pixel of lowest key, or returns nil when the queue is empty.
  mutating func pop() -> (key: Float, pixel: Int)? {
    guard let last = heap.popLast() else { return nil }
    guard let first = heap.first else { return Self.unpacked(last) }
    heap.withUnsafeMutableBufferPointer { heap in
      var parent = 0
      while true {
        var child = 2 * parent + 1
        guard child < heap.count else { break }
        if child + 1 < heap.count && heap[child + 1] < heap[child] { child += 1 }
        guard heap[child] < last else { break }
        heap[parent] = heap[child]
        parent = child
      }
      heap[parent] = last
    }
    return Self.unpacked(first)
  }

  private static func unpacked(_ entry: UInt64) -> (key: Float, pixel: Int) {
    (Float(bitPattern: UInt32(entry >> 32)), Int(entry & 0xFFFF_FFFF))
  }
}
