import Engine
import Pipelines

/// `rspipe bench`: measures how fast networks run on this machine.
struct BenchCommand: Command {
  private static let kinds = BenchmarkWork.allCases.map(\.rawValue)
  private static let work = Option(
    "work", takes: .text("KIND"), isRepeatable: true,
    "Measure only predict, train, layers or scene; may come several times.")
  private static let only = Option(
    "only", takes: .text("REGEX"), "Measure only what has a name that this is found in.")
  private static let size = Option(
    "size", takes: .integer("N", 16...65_536),
    "Side of images in pixels; by default 512, in training 256, of a scene 3072.")
  private static let repetitions = Option(
    "repeat", takes: .integer("N", 1...10_000),
    "Timed repetitions after one that is not; by default 5, of a scene 1 without another before.")
  private static let base = Option(
    "base", takes: .integer("N", 1...512),
    "Channels at full resolution of the scene's network; by default 32.")
  private static let tile = Option(
    "tile", takes: .integer("N", 16...16_384),
    "Side of a scene's window in pixels; by default four halos, at least 384.")
  private static let folder = Option(
    "folder", takes: .text("DIR"),
    "Keep the scene there and use it again; by default it is made and removed.")
  private static let json = Option("json", "Print a line of JSON for each measurement.")
  private static let serve = Option(
    "serve",
    "Read names from stdin; do each once when it is read, and answer with a line of JSON. Lets a "
      + "script take turns with other programs.")

  static let syntax = Syntax(
    "bench", "Measures how fast networks run on this machine.",
    details: [
      "Networks are U-Nets of depth 4 with random weights; images have 12 bands. predict: one "
        + "image forward. train: one step on 4 images (forward, binary cross-entropy, backward, "
        + "AdamW). layers: one layer, forward or backward. scene: from a compressed GeoTIFF to a "
        + "map. GFLOP/s are of the fastest repetition. 'make bench' compares with other programs."
    ],
    operands: [],
    options: [work, only, size, repetitions, base, tile, folder, serve, .exact, .threads, json],
    examples: ["bench --work predict --threads 2", "bench --json --only 'conv3x3.*512'"])

  private let arguments: Arguments
  private let works: [BenchmarkWork]

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    works = try arguments.texts(BenchCommand.work).map { word in
      guard let work = BenchmarkWork(rawValue: word) else {
        throw ArgumentError.wrongValue(
          BenchCommand.work, expected: "one of \(BenchCommand.kinds.joined(separator: ", "))", word)
      }
      return work
    }
    _ = try BenchCommand.pattern(arguments)
  }

  func run(on terminal: Terminal) throws {
    var options = BenchmarkOptions(threads: arguments.integer(.threads) ?? Processors.count)
    options.side = arguments.integer(BenchCommand.size)
    options.repetitions = arguments.integer(BenchCommand.repetitions)
    options.base = arguments.integer(BenchCommand.base) ?? options.base
    options.tile = arguments.integer(BenchCommand.tile) ?? options.tile
    options.folder = arguments.text(BenchCommand.folder)
    options.kernels = arguments.has(.exact) ? .exact : .fast
    let cases = try selected(BenchmarkCase.all(options))
    if arguments.has(BenchCommand.serve) { return try serve(cases, on: terminal) }
    var report = BenchmarkReport()
    for item in cases {
      if terminal.isInteractive { terminal.report("measuring \(item.name)") }
      let result = try item.measure(options)
      report.add(result)
      if arguments.has(BenchCommand.json) { try terminal.print(jsonLine(result)) }
    }
    if !arguments.has(BenchCommand.json) { try terminal.print(report.text) }
  }

  private func selected(_ cases: [BenchmarkCase]) throws -> [BenchmarkCase] {
    let pattern = try BenchCommand.pattern(arguments)
    let chosen = try cases.filter { item in
      guard works.isEmpty || works.contains(item.work) else { return false }
      return try pattern.map { try $0.firstMatch(in: item.name) != nil } ?? true
    }
    guard !chosen.isEmpty else {
      let names = cases.map(\.name).joined(separator: ", ")
      throw ArgumentError.other("'--work' and '--only' leave nothing to measure. Names: \(names)")
    }
    return chosen
  }

  /// Does what stdin names until it ends; what was made stays for the next time it is named.
  private func serve(_ cases: [BenchmarkCase], on terminal: Terminal) throws {
    var made: [String: any Benchmark] = [:]
    while let name = readLine() {
      guard let item = cases.first(where: { $0.name == name }) else {
        let names = cases.map(\.name).joined(separator: ", ")
        throw ArgumentError.other("nothing to measure is called '\(name)'. Names: \(names)")
      }
      if made[name] == nil {
        let benchmark = try item.make()
        if item.work != .scene { _ = try benchmark.time() }
        made[name] = benchmark
      }
      guard let seconds = try made[name]?.time() else { continue }
      try terminal.print(jsonLine(BenchmarkAnswer(name: name, seconds: seconds)))
    }
  }

  private static func pattern(_ arguments: Arguments) throws -> Regex<AnyRegexOutput>? {
    guard let text = arguments.text(only) else { return nil }
    guard let pattern = try? Regex(text) else {
      throw ArgumentError.wrongValue(only, expected: "a regular expression", text)
    }
    return pattern
  }
}
