import Engine

/// What a test compared with the reference folder and what it could not, for one closing line.
public struct ReferenceTally: Sendable, CustomStringConvertible {
  /// What was compared: `metrics`, `losses`.
  public let subject: String
  /// The number of values, tensors or cases compared.
  public private(set) var comparedCount = 0
  /// What the JSON names but the folder does not hold, each once.
  public private(set) var absentNames: [String] = []
  /// What the folder holds but the project does not offer yet, each once.
  public private(set) var notBuiltNames: [String] = []

  /// Starts a tally.
  public init(_ subject: String) {
    self.subject = subject
  }

  /// Counts comparisons made.
  public mutating func compared(_ count: Int = 1) {
    comparedCount += count
  }

  /// Notes a file or tensor that a JSON file names and that is not in this folder.
  public mutating func notInThisFolder(_ name: String) {
    if !absentNames.contains(name) { absentNames.append(name) }
  }

  /// Whether the folder holds a file; if not, that is noted.
  public mutating func finds(_ fileName: String, in folder: ReferenceFolder) -> Bool {
    let isThere = folder.holds(fileName)
    if !isThere { notInThisFolder(fileName) }
    return isThere
  }

  /// Whether a file holds a tensor; if not, that is noted.
  public mutating func finds(_ tensor: String, in tensors: SafeTensors) -> Bool {
    let isThere = tensors.entry(tensor) != nil
    if !isThere { notInThisFolder(tensor) }
    return isThere
  }

  /// Notes a section or case that the project cannot compute yet.
  public mutating func notBuiltYet(_ name: String) {
    if !notBuiltNames.contains(name) { notBuiltNames.append(name) }
  }

  /// The closing line: `metrics: 168 compared; 1 not built yet: area`.
  public var description: String {
    var parts = ["\(comparedCount) compared"]
    if !absentNames.isEmpty {
      parts.append(
        "\(absentNames.count) not in this folder: \(absentNames.joined(separator: ", "))")
    }
    if !notBuiltNames.isEmpty {
      parts.append("\(notBuiltNames.count) not built yet: \(notBuiltNames.joined(separator: ", "))")
    }
    return "\(subject): " + parts.joined(separator: "; ")
  }
}
