import FoundationEssentials

/// The CPUs that this process may use.
enum Processors {
  /// Their number, at least 1; `taskset` and CPU sets of containers count.
  static var count: Int {
    // sched_getaffinity is not imported: it needs _GNU_SOURCE
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    return allowed(status) ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
  }

  /// The number of CPUs in the mask of a `/proc/PID/status`; nil if there is none.
  static func allowed(_ status: String) -> Int? {
    let key = "Cpus_allowed:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) })
    else { return nil }
    let count = line.dropFirst(key.count).compactMap(\.hexDigitValue)
      .reduce(0) { $0 + $1.nonzeroBitCount }
    return count > 0 ? count : nil
  }
}
