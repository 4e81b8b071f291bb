/// Places buffers that live for a known time in one block of memory, so that buffers whose times
/// overlap do not overlap in memory.
struct Arena {
  /// A buffer to place: its bytes and the first and last moment at which it holds something.
  struct Request {
    let bytes: Int
    let first: Int
    let last: Int
  }

  /// The byte offset of each request, aligned to a cache line.
  let offsets: [Int]
  /// The end of the highest buffer: what has to be allocated.
  let byteCount: Int

  /// Places the largest buffers first, each at the lowest offset that is free for its time.
  init(_ requests: [Request]) {
    var offsets = [Int](repeating: 0, count: requests.count)
    var placed: [Int] = []
    var end = 0
    let order = requests.indices.sorted {
      (requests[$1].bytes, $0) < (requests[$0].bytes, $1)
    }
    for index in order where requests[index].bytes > 0 {
      let request = requests[index]
      let size = Arena.rounded(request.bytes)
      let neighbours = placed.filter {
        requests[$0].first <= request.last && request.first <= requests[$0].last
      }.sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for neighbour in neighbours {
        guard offset + size > offsets[neighbour] else { break }
        offset = max(offset, offsets[neighbour] + Arena.rounded(requests[neighbour].bytes))
      }
      offsets[index] = offset
      placed.append(index)
      end = max(end, offset + size)
    }
    self.offsets = offsets
    byteCount = end
  }

  /// Bytes rounded up to whole cache lines.
  static func rounded(_ bytes: Int) -> Int {
    (bytes + Memory.alignment - 1) / Memory.alignment * Memory.alignment
  }
}
