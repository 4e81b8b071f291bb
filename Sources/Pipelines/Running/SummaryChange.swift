import FoundationEssentials

/// What a unit of work added to the summary, so that it can be told again when the work is skipped.
struct SummaryChange: Codable, Equatable, Sendable {
  /// For each scene the members that were changed.
  private var scenes: [String: [String: JSONTree]] = [:]
  /// The members of the summary itself that were changed.
  private var members: [String: JSONTree] = [:]

  /// Nothing.
  init() {}

  /// Finds what changed between two summaries.
  init(from old: Summary, to new: Summary) throws {
    let known = Dictionary(old.scenes.map { ($0.name, $0) }) { first, _ in first }
    for scene in new.scenes where known[scene.name] != scene {
      let before = try JSONTree.members(of: known[scene.name] ?? .init(name: scene.name))
      scenes[scene.name] = try JSONTree.members(of: scene).filter { before[$0.key] != $0.value }
    }
    let before = try JSONTree.members(of: SummaryChange.bare(old))
    members = try JSONTree.members(of: SummaryChange.bare(new)).filter {
      before[$0.key] != $0.value
    }
  }

  /// Makes the same change again.
  func apply(to summary: inout Summary) throws {
    if !members.isEmpty {
      let (scenes, files) = (summary.scenes, summary.files)
      summary = try JSONTree.value(of: summary, changing: members)
      (summary.scenes, summary.files) = (scenes, files)
    }
    for (name, members) in scenes {
      let old = summary.scenes.first { $0.name == name } ?? .init(name: name)
      let new = try JSONTree.value(of: old, changing: members)
      summary.update(name) { $0 = new }
    }
  }

  private static func bare(_ summary: Summary) -> Summary {
    var bare = summary
    (bare.scenes, bare.files) = ([], [])
    return bare
  }
}

/// A JSON document as a value.
indirect enum JSONTree: Codable, Equatable, Sendable {
  case null
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONTree])
  case object([String: JSONTree])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? container.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([JSONTree].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONTree].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .flag(let flag): try container.encode(flag)
    case .integer(let integer): try container.encode(integer)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let list): try container.encode(list)
    case .object(let members): try container.encode(members)
    }
  }

  /// The members of a value that is an object in JSON.
  static func members(of value: some Encodable) throws -> [String: JSONTree] {
    try JSONDecoder().decode([String: JSONTree].self, from: JSONEncoder().encode(value))
  }

  /// A value with some of its members replaced.
  static func value<Value: Codable>(
    of value: Value, changing members: [String: JSONTree]
  ) throws -> Value {
    let merged = try self.members(of: value).merging(members) { $1 }
    return try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(merged))
  }
}
