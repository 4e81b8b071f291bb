import FoundationEssentials

/// What a run came to: printed at its end and written as `summary.json`.
public struct Summary: Codable, Sendable, Equatable {
  /// The area of one class.
  public struct ClassArea: Codable, Sendable, Equatable {
    /// The value in the map.
    public var value: Int
    /// The code in labels.
    public var code: Int
    /// The name.
    public var name: String
    /// Pixels of the map.
    public var pixels: Int
    /// Hectares; absent where the grid has no CRS.
    public var hectares: Double?
  }

  /// Agreement of a map with labels.
  public struct Scores: Codable, Sendable, Equatable {
    /// What was compared: `test blocks`, `all labels`.
    public var pixels: String
    /// Pixels compared.
    public var count: Int
    /// IoU of each class by name; absent where undefined.
    public var iou: [String: Double]
    /// F1 of each class by name.
    public var f1: [String: Double]
    /// Precision of each class by name.
    public var precision: [String: Double]
    /// Recall of each class by name.
    public var recall: [String: Double]
    /// The share of pixels that agree.
    public var overallAccuracy: Double?
    /// Pixels by class of the label (rows) and class of the map (columns).
    public var confusion: [[Int]] = []
    /// True where the labels are guessed from an index: the scores then say nothing about accuracy.
    public var isWeak: Bool?
  }

  /// The plain threshold on an index that a network has to beat.
  public struct Baseline: Codable, Sendable, Equatable {
    /// The channel: `dnbr`.
    public var channel: String
    /// The threshold, the best on the training pixels.
    public var threshold: Double
    /// The agreement on the same pixels as the network's.
    public var scores: Scores
  }

  /// What a stage 'clean' did to a map.
  public struct Cleaning: Codable, Sendable, Equatable {
    /// How probabilities became classes, in words.
    public var rule: String
    /// The least probability of the second class, where the rule is a threshold.
    public var threshold: Double?
    /// How the threshold was chosen, where it was.
    public var choice: String?
    /// The least patch in pixels; absent where small patches stayed.
    public var leastPixels: Int?
    /// The largest hole that was filled, in pixels; absent where holes stayed.
    public var filledPixels: Int?
    /// How many pixels make neighbours: 4 or 8.
    public var connectedness: Int
    /// Pixels whose class was changed.
    public var changedPixels: Int
  }

  /// The area that is hidden for one reason.
  public struct HiddenArea: Codable, Sendable, Equatable {
    /// The value in the mask.
    public var value: Int
    /// The reason: `cloud`.
    public var reason: String
    /// Pixels.
    public var pixels: Int
    /// Hectares; absent where the grid has no CRS.
    public var hectares: Double?
  }

  /// One mapped scene.
  public struct SceneResult: Codable, Sendable, Equatable {
    /// The name.
    public var name: String
    /// Acquisition date of each image, where known.
    public var dates: [String: String] = [:]
    /// Classes with their areas.
    public var classes: [ClassArea] = []
    /// Pixels that were not observed.
    public var notObservedPixels = 0
    /// Their area in hectares.
    public var notObservedHectares: Double?
    /// Agreement of the map with labels, where there are some.
    public var scores: Scores?
    /// The same for the plain threshold.
    public var baseline: Baseline?
    /// How the map was cleaned, where it was.
    public var cleaning: Cleaning?
    /// How many polygons were written, where they were.
    public var polygons: Int?
    /// Classes of burn severity, where a stage maps them.
    public var severity: Severity?
    /// What hides pixels, with their areas, where there is a mask.
    public var hidden: [HiddenArea]?
    /// Why it could not be worked on.
    public var error: String?
  }

  /// The pipeline file as the user named it.
  public var pipeline: String
  /// The version of the program.
  public var version = Version.text
  /// The mapped scenes.
  public var scenes: [SceneResult] = []
  /// The files written, in order.
  public var files: [String] = []

  /// Starts a summary.
  public init(pipeline: String) { self.pipeline = pipeline }

  /// Notes a file that was written.
  mutating func add(file: String) {
    if !files.contains(file) { files.append(file) }
  }

  /// Changes the result of a scene, which is added if it isn't there.
  mutating func update(_ scene: String, _ change: (inout SceneResult) -> Void) {
    let index = scenes.firstIndex { $0.name == scene } ?? scenes.endIndex
    if index == scenes.endIndex { scenes.append(SceneResult(name: scene)) }
    change(&scenes[index])
  }

  /// The summary as JSON with sorted keys.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
  }
}
