import FoundationEssentials
import Pipelines

/// What was measured, for people.
struct BenchmarkReport {
  private var table = Table([
    "work", "threads", "n", "min ms", "median ms", "GMAC", "GFLOP/s", "GB/s", "Mpx/s", "peak MiB",
  ])

  /// Adds a row.
  mutating func add(_ result: BenchmarkResult) {
    let counts = result.gigaMultiplyAdds > 0
    table.add([
      result.name, "\(result.threads)", "\(result.repetitions)",
      decimals(1000 * result.least, 2), decimals(1000 * result.median, 2),
      counts ? decimals(result.gigaMultiplyAdds, 3) : "-",
      counts ? decimals(result.gigaflops, 1) : "-",
      result.gigabytesPerSecond.map { decimals($0, 1) } ?? "-",
      result.megapixelsPerSecond.map { decimals($0, 3) } ?? "-",
      decimals(result.peakMebibytes, 0),
    ])
  }

  /// The table.
  var text: String { table.lines.joined(separator: "\n") + "\n" }
}

/// What `rspipe bench --serve` answers.
struct BenchmarkAnswer: Encodable {
  /// What was done.
  let name: String
  /// How long it took.
  let seconds: Double
}

/// A value as one line of JSON with sorted keys.
func jsonLine(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
