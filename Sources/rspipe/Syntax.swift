/// What a command is called and takes: parsing, help texts and errors derive from it.
struct Syntax: Sendable {
  /// The name as typed: `run`.
  let name: String
  /// One sentence that says what the command does.
  let summary: String
  /// More for its help text, a paragraph for each.
  let details: [String]
  /// What follows the options, in order; at most one may come several times.
  let operands: [Operand]
  /// The options beside `--help`.
  let options: [Option]
  /// Command lines to copy, without the program's name.
  let examples: [String]

  init(
    _ name: String, _ summary: String, details: [String] = [], operands: [Operand],
    options: [Option] = [], examples: [String] = []
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.operands = operands
    self.options = options + [.help]
    self.examples = examples
  }

  /// `rspipe run PIPELINE [options]`.
  var usage: String {
    (["rspipe", name] + operands.map(\.usage) + ["[options]"]).joined(separator: " ")
  }
}

/// Something that is given by its place.
struct Operand: Sendable, Equatable {
  /// The name that help texts show: `PIPELINE`.
  let name: String
  /// How often it comes: once, at most once, or once or more.
  let count: ClosedRange<Int>
  /// One sentence for the help text.
  let summary: String

  init(_ name: String, count: ClosedRange<Int> = 1...1, _ summary: String) {
    self.name = name
    self.count = count
    self.summary = summary
  }

  /// The operand in a line of usage: `INPUT...`, `[NAME]`.
  var usage: String {
    let text = count.upperBound > 1 ? "\(name)..." : name
    return count.lowerBound == 0 ? "[\(text)]" : text
  }
}

/// Something that is given by its name.
struct Option: Sendable, Equatable {
  /// What follows the name.
  enum Value: Sendable, Equatable {
    /// Nothing.
    case none
    /// Any text; the word that stands for it in help texts.
    case text(String)
    /// A whole number within a range.
    case integer(String, ClosedRange<Int>)
    /// A real number; the word that stands for it.
    case number(String)
    /// A number of bytes: `800M`; the word that stands for it.
    case size(String)

    /// The word that stands for the value: `DIR`.
    var placeholder: String? {
      switch self {
      case .none: nil
      case .text(let word), .integer(let word, _), .number(let word), .size(let word): word
      }
    }
  }

  /// The name without its hyphens.
  let name: String
  /// The letter that is short for it, where there is one.
  let letter: Character?
  /// What follows it.
  let value: Value
  /// Whether it may come several times.
  let isRepeatable: Bool
  /// One sentence for the help text.
  let summary: String

  init(
    _ name: String, letter: Character? = nil, takes value: Value = .none,
    isRepeatable: Bool = false,
    _ summary: String
  ) {
    self.name = name
    self.letter = letter
    self.value = value
    self.isRepeatable = isRepeatable
    self.summary = summary
  }

  /// The option as it is typed: `--work DIR`.
  var usage: String { "--\(name)" + (value.placeholder.map { " \($0)" } ?? "") }
}

extension Option {
  static let help = Option("help", letter: "h", "Show this text.")
  static let quiet = Option(
    "quiet", letter: "q", "Print nothing but errors, and what --json asks for.")
  static let verbose = Option(
    "verbose", letter: "v", "Tell of each stage, also where stderr is no terminal.")
  static let json = Option("json", "Print one JSON object.")
  static let set = Option(
    "set", takes: .text("KEY=VALUE"), isRepeatable: true,
    "Change a key of the pipeline file, such as stages.train.epochs=5; may come several times.")
  static let work = Option(
    "work", takes: .text("DIR"),
    "Folder for artifacts of the stages; by default '.rspipe' in the folder for results.")
  static let overwrite = Option("overwrite", "Replace outputs that exist.")
  static let exact = Option(
    "exact",
    "Compute convolutions without Winograd's transforms: the last digits are a few times more "
      + "exact, and it takes about twice as long.")
  static let memory = Option(
    "memory", takes: .size("SIZE"),
    "The most memory to map a scene with, such as 800M or 2G; the map is the same. By default as much "
      + "as it takes.")
  static let threads = Option(
    "threads", takes: .integer("N", 1...4096), "Threads; by default as many as there are CPUs.")
}
