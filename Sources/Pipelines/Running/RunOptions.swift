import Configuration

/// How a pipeline is to be run.
public struct RunOptions: Sendable {
  /// Which stages run.
  public enum Choice: Sendable, Equatable {
    /// Those that are not up to date.
    case stale
    /// All.
    case all
    /// This one and those after it; those before it if they are not up to date.
    case from(String)
    /// This one alone.
    case only(String)
  }

  /// The folder for artifacts; nil: `.rspipe` in the folder for results.
  public var workDirectory: String?
  /// Whether outputs that are not this pipeline's own may be replaced.
  public var overwrites: Bool
  /// Threads.
  public var threads: Int
  /// The most bytes that mapping a scene may use; nil: as many as it takes.
  public var memory: Int?
  /// Which stages run.
  public var choice = Choice.stale
  /// Who may stop it.
  public var interruption = Interruption.never
  /// The version of the program: another makes all work out of date.
  var version = Version.text

  /// Makes options.
  public init(workDirectory: String? = nil, overwrites: Bool = false, threads: Int) {
    self.workDirectory = workDirectory
    self.overwrites = overwrites
    self.threads = threads
  }
}

extension RunOptions.Choice {
  /// Checks that the stage is one of the pipeline's.
  func check(_ pipeline: PipelineFile) throws {
    guard let (option, stage) = named else { return }
    let names = pipeline.declarations.map(\.name)
    guard !names.contains(stage) else { return }
    let hint = nearest(stage, in: names).map { " Did you mean '\($0)'?" } ?? ""
    throw RunError(
      .usage,
      "--\(option) \(stage): \(pipeline.path) has no such stage.\(hint) "
        + "Stages: \(names.joined(separator: ", "))")
  }

  /// Whether a unit has to run even if it is up to date.
  func forces(_ stage: String, of names: [String]) -> Bool {
    switch self {
    case .stale: false
    case .all: true
    case .only(let name): stage == name
    case .from(let name): names.drop { $0 != name }.contains(stage)
    }
  }

  private var named: (option: String, stage: String)? {
    switch self {
    case .stale, .all: nil
    case .from(let stage): ("from", stage)
    case .only(let stage): ("only", stage)
    }
  }
}
