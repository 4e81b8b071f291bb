import Engine

/// A piece of work that can be timed again and again.
public protocol Benchmark: AnyObject {
  /// Multiply-adds of one repetition; 0 where they say nothing about the time.
  var multiplyAdds: Int { get }
  /// Bytes of input and output of one repetition; 0 where they say nothing about the time.
  var bytes: Int { get }
  /// What a scene's time depends on besides.
  var scene: SceneFacts? { get }
  /// Brings the input back to what it was; not timed.
  func prepare() throws
  /// One repetition.
  func run() throws
}

extension Benchmark {
  /// Counted for layers only.
  public var bytes: Int { 0 }
  /// Known of scenes only.
  public var scene: SceneFacts? { nil }
  /// Nothing, unless told otherwise.
  public func prepare() throws {}
}

/// What the time of a scene depends on besides its network.
public struct SceneFacts: Encodable, Sendable, Equatable {
  /// Side of the scene in pixels.
  public let side: Int
  /// Side of a window in pixels, without its halo.
  public let window: Int
  /// Pixels computed around each window.
  public let halo: Int
}

/// The kinds of work, in the order in which they are measured.
public enum BenchmarkWork: String, CaseIterable, Sendable {
  /// A forward pass on one image.
  case predict
  /// Forward pass, loss, backward pass and optimiser step on one batch.
  case train
  /// Single layers.
  case layers
  /// A file mapped into a file.
  case scene

  /// Repetitions unless told otherwise: a scene takes long and varies little.
  var repetitions: Int { self == .scene ? 1 : 5 }
  /// Untimed repetitions before: whoever maps a scene waits for the first one too.
  var warmUps: Int { self == .scene ? 0 : 1 }
}

/// What is measured.
public struct BenchmarkOptions: Sendable {
  /// Threads.
  public var threads: Int
  /// Timed repetitions; nil: as many as suit the work.
  public var repetitions: Int?
  /// Side of images in pixels; nil: as large as suits the work.
  public var side: Int?
  /// Channels at full resolution of the scene's network.
  public var base = 32
  /// Side of a scene's window in pixels, without its halo; nil: as the network asks for.
  public var tile: Int?
  /// How kernels are chosen.
  public var kernels = KernelChoice.fast
  /// Where the scene, its model and its map lie; nil: in a temporary folder that is removed.
  public var folder: String?

  /// Makes options.
  public init(threads: Int) {
    self.threads = threads
  }
}

/// A benchmark before anything is allocated for it: its name, and how it is made.
public struct BenchmarkCase: Sendable {
  /// `predict/unet32`.
  public let name: String
  /// What kind of work it is.
  public let work: BenchmarkWork
  private let makeBody: @Sendable () throws -> any Benchmark

  init(
    _ name: String, _ work: BenchmarkWork, make: @escaping @Sendable () throws -> any Benchmark
  ) {
    self.name = "\(work.rawValue)/\(name)"
    self.work = work
    makeBody = make
  }

  /// Allocates what the work needs.
  public func make() throws -> any Benchmark { try makeBody() }
}
