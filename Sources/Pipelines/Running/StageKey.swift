/// One thing that decides what a unit of work gives, such as a setting or the content of a file.
struct KeyPart: Codable, Equatable, Sendable {
  /// What kind of thing.
  enum Kind: String, Codable {
    /// The version of the program.
    case program
    /// A setting of the stage.
    case setting
    /// A key of a scene that is no file.
    case scene
    /// The content of a file.
    case file
    /// The path of a file.
    case path
    /// A part of the header.
    case header
    /// Something that follows from another stage's settings.
    case fact
    /// Work of an earlier stage.
    case work
  }

  var kind: Kind
  /// `epochs`, `fires.pre`, `train`.
  var name: String
  /// The value, the digest of a file or the key of the earlier work.
  var text: String
  /// The path of a file, for messages.
  var path: String?
  /// Whether it matters to this unit alone, and not to those that build on it.
  var isLocal = false
}

/// All that decides what a unit of work gives.
struct StageKey: Equatable, Sendable {
  let parts: [KeyPart]
  /// What units that build on this one depend on.
  let content: String
  /// What only this unit depends on.
  let local: String

  init(parts: [KeyPart]) {
    self.parts = parts
    content = StageKey.digest(parts.filter { !$0.isLocal })
    local = StageKey.digest(parts.filter(\.isLocal))
  }

  private static func digest(_ parts: [KeyPart]) -> String {
    var digest = Digest()
    for part in parts {
      // lengths first, so that no two lists give the same bytes
      for text in [part.kind.rawValue, part.name, part.text] {
        digest.add(Array("\(text.utf8.count):\(text)".utf8))
      }
    }
    return digest.finish()
  }
}
