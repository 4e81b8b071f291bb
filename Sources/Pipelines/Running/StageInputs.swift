/// What the work of a stage depends on beside its own settings and the version of the program: it
/// decides when work that was done is done again.
///
/// The default is safe for every stage: all of the scene, or of all scenes where the stage works
/// once, all stages before and the whole header. Saying less saves work.
public struct StageInputs: Sendable {
  /// Some of many names.
  public enum Selection: Sendable {
    /// These.
    case only(Set<String>)
    /// All but these.
    case except(Set<String>)

    /// All of them.
    public static let all = Selection.except([])
    /// None of them.
    public static let none = Selection.only([])

    /// Whether a name is among those selected.
    public func contains(_ name: String) -> Bool {
      switch self {
      case .only(let names): names.contains(name)
      case .except(let names): !names.contains(name)
      }
    }
  }

  /// Parts of a pipeline file beside scenes and stages.
  public struct Header: OptionSet, Sendable {
    /// The bits.
    public let rawValue: Int

    /// Makes a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Codes and names of the classes, in order.
    public static let classes = Header(rawValue: 1)
    /// Colours of the classes.
    public static let colours = Header(rawValue: 2)
    /// The label value that is left out.
    public static let ignore = Header(rawValue: 4)
    /// The weights that are named.
    public static let model = Header(rawValue: 8)
    /// All parts.
    public static let all: Header = [.classes, .colours, .ignore, .model]
  }

  /// Its own settings that matter, by key.
  public var settings = Selection.all
  /// The stages before, by name: their work on the same scenes.
  public var earlier = Selection.all
  /// The scenes, by name; nil: its own, or all where it works once.
  public var scenes: Set<String>?
  /// The keys of these scenes that it reads: images, `label`, `role`.
  public var keys = Selection.all
  /// Parts of the header.
  public var header = Header.all
  /// Keys of scenes and parts of the header that show in its own files, but not in those of stages
  /// that build on it.
  public var localKeys: Set<String> = []
  /// See `localKeys`.
  public var localHeader: Header = []
  /// Whether its artifacts hold paths of inputs, so that they are made again if a file was moved.
  public var holdsPaths = true
  /// Whatever else it follows from, such as settings of other stages, by name.
  public var facts: [String: String] = [:]
  /// Whether a stage that works once can do without scenes that failed.
  public var allowsFailedScenes = false

  /// Depends on everything.
  public init() {}
}
