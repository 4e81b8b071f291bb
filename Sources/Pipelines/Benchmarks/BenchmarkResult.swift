/// What timing a benchmark came to.
public struct BenchmarkResult: Encodable, Sendable {
  /// `predict/unet32`.
  public let name: String
  /// Threads.
  public let threads: Int
  /// Timed repetitions.
  public let repetitions: Int
  /// The fastest, in seconds.
  public let least: Double
  /// The middle one, in seconds.
  public let median: Double
  /// Multiply-adds of one repetition, in 10⁹.
  public let gigaMultiplyAdds: Double
  /// 10⁹ floating-point operations in a second, two for each multiply-add, in the fastest
  /// repetition.
  public let gigaflops: Double
  /// 10⁹ bytes of input and output in a second, in the fastest repetition; layers only.
  public let gigabytesPerSecond: Double?
  /// 10⁶ pixels in a second, in the middle repetition; scenes only.
  public let megapixelsPerSecond: Double?
  /// What a scene's time depends on besides.
  public let scene: SceneFacts?
  /// The most memory that the process held from the making of the case on, in MiB.
  public let peakMebibytes: Double

  /// The keys of its JSON.
  enum CodingKeys: String, CodingKey {
    case name, threads, scene
    case repetitions = "n"
    case least = "min_s"
    case median = "median_s"
    case gigaMultiplyAdds = "gmac"
    case gigaflops = "gflops"
    case gigabytesPerSecond = "gb_per_s"
    case megapixelsPerSecond = "mpx_per_s"
    case peakMebibytes = "peak_mib"
  }

  /// Sums up the seconds of each repetition, at least one.
  init(
    name: String, threads: Int, seconds: [Double], of benchmark: any Benchmark,
    peakMebibytes: Double
  ) {
    precondition(!seconds.isEmpty, "\(name) was not timed")
    let sorted = seconds.sorted()
    self.name = name
    self.threads = threads
    repetitions = sorted.count
    // a clock may stand still for the time of a tiny layer
    least = max(sorted[0], 1e-9)
    median = max((sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2, 1e-9)
    gigaMultiplyAdds = Double(benchmark.multiplyAdds) / 1e9
    gigaflops = 2 * gigaMultiplyAdds / least
    gigabytesPerSecond = benchmark.bytes > 0 ? Double(benchmark.bytes) / 1e9 / least : nil
    scene = benchmark.scene
    megapixelsPerSecond = scene.map { [median] in Double($0.side * $0.side) / 1e6 / median }
    self.peakMebibytes = peakMebibytes
  }
}

extension BenchmarkCase {
  /// Makes the benchmark, warms up and times it.
  public func measure(_ options: BenchmarkOptions) throws -> BenchmarkResult {
    PeakMemory.restart()
    let benchmark = try make()
    // making the scene takes memory that mapping it does not
    if work == .scene { PeakMemory.restart() }
    for _ in 0..<work.warmUps { _ = try benchmark.time() }
    let seconds = try (0..<max(1, options.repetitions ?? work.repetitions)).map { _ in
      try benchmark.time()
    }
    return BenchmarkResult(
      name: name, threads: options.threads, seconds: seconds, of: benchmark,
      peakMebibytes: PeakMemory.mebibytes)
  }
}

extension Benchmark {
  /// Prepares and runs once; the seconds of the run.
  public func time() throws -> Double {
    try prepare()
    let start = ContinuousClock.now
    try run()
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
