import Foundation
import Testing
import YAML

@Suite("YAMLNode+Path")
struct YAMLNodePathTests {
  static let pipeline = """
    seed: 1
    stages:
      - align: {grid: pre, bands: [B4, B8]}
      - train:
          epochs: 10
          loss: dice
      - predict: {name: before}
      - predict: {name: after}
      - name: report
        format: html
      - polygons
      - tiles:
    """

  @Test(
    "A path leads to the value it names",
    arguments: [
      ("seed=5", "seed: 5"),
      ("stages.train.epochs=5", "epochs: 5"),
      ("stages.1.train.epochs=5", "epochs: 5"),
      ("stages.align.bands.1=B12", "bands: [B4, B12]"),
      ("stages.align.bands=[B2, B3]", "bands: [B2, B3]"),
      ("stages.report.format=json", "format: json"),
      ("stages.train.loss={name: ce}", "loss: {name: ce}"),
    ])
  func replaces(assignment: String, replacement: String) throws {
    let key = try #require(replacement.split(separator: ":").first)
    let lines = Self.pipeline.split(separator: "\n").map { line -> String in
      guard let range = line.range(of: "\(key): ") else { return String(line) }
      let end = line[range.lowerBound...].range(of: "]")?.upperBound ?? line.endIndex
      return line.replacingCharacters(in: range.lowerBound..<end, with: replacement)
    }
    let expected = try YAMLNode.parse(text: lines.joined(separator: "\n"))
    #expect(shape(try set(assignment)) == shape(expected))
  }

  @Test("A last key that does not exist is added, with the place of its mapping")
  func addsLastKey() throws {
    let entries = try #require(
      try set("stages.train.rate=0.1")["stages"]?.items?[1]["train"]?.entries)
    #expect(entries.map(\.key) == ["epochs", "loss", "rate"])
    #expect(entries[2].keyMark == YAMLMark(line: 5, column: 7))
    #expect(entries[2].value.origin == "--set stages.train.rate=0.1")
    #expect(entries[1].value.origin == nil)
  }

  @Test("Stages of the same kind are told apart by name")
  func namesInside() throws {
    let items = try #require(try set("stages.after.threshold=0.4")["stages"]?.items)
    #expect(items[3]["predict"]?["threshold"]?.text == "0.4")
    #expect(items[2]["predict"]?["threshold"] == nil)
  }

  @Test("A bare word and a key without value become mappings when a key is set in them")
  func bareWords() throws {
    let word = try #require(try set("stages.polygons.area=2")["stages"]?.items)
    #expect(word[5]["polygons"]?["area"]?.text == "2")
    let empty = try #require(try set("stages.tiles.size=256")["stages"]?.items)
    #expect(empty[6]["tiles"]?["size"]?.text == "256")
  }

  @Test("Nothing after the equals sign is an empty value")
  func emptyValue() throws {
    #expect(try set("seed=")["seed"]?.isNull == true)
    #expect(try set("seed= ")["seed"]?.isNull == true)
  }

  @Test("The value may contain an equals sign")
  func equalsInValue() throws {
    #expect(try set("seed=a=b")["seed"]?.text == "a=b")
  }

  @Test(
    "A path that leads nowhere names what exists",
    arguments: [
      ("seed", "expected KEY=VALUE"),
      ("=5", "expected a key before '='"),
      ("stages..x=5", "the key 'stages..x' has an empty part"),
      ("seed=[1", "the value is no YAML: expected ',' or ']' in the list of line 1, column 1"),
      ("stage.train=5", "the file has no 'stage'. Did you mean 'stages'? It has: seed, stages"),
      (
        "stages.trian.epochs=5",
        "'stages' has no 'trian'. Did you mean 'train'? It has: align, train, before, predict, "
          + "after, predict, report, polygons, tiles"
      ),
      (
        "stages.train.optimiser.rate=5",
        "'stages.train' has no 'optimiser'. It has: epochs, loss"
      ),
      ("stages.tiles.a.b=5", "'stages.tiles' has no 'a'. It is empty."),
      ("seed.x=5", "'seed' is '1', so it has no 'x'"),
      ("stages.train.loss.smooth=1", "'stages.train.loss' is 'dice', so it has no 'smooth'"),
      ("stages.7.x=5", "'stages' has items 0 to 6, so there is no 7"),
      ("stages.-1=5", "'stages' has items 0 to 6, so there is no -1"),
      ("stages.predict.x=5", "'stages' has several 'predict'; use a number instead: 2, 3"),
    ])
  func leadsNowhere(assignment: String, message: String) {
    #expect(throws: YAMLError(message, at: nil, origin: "--set \(assignment)")) {
      try set(assignment)
    }
  }

  @Test("A list without items is said to have none")
  func emptyList() throws {
    let tree = try YAMLNode.parse(text: "a: []")
    let message = "'a' has no items, so there is no 0"
    #expect(throws: YAMLError(message, at: nil, origin: "--set a.0=1")) {
      try tree.applying("a.0=1")
    }
  }

  @Test("Line breaks do not get into the origin")
  func lineBreaks() throws {
    #expect(try set("seed=|\n  a\n  b")["seed"]?.origin == "--set seed=|   a   b")
  }

  private func set(_ assignment: String) throws -> YAMLNode {
    try YAMLNode.parse(text: Self.pipeline).applying(assignment)
  }

  /// The tree as text without marks and origins.
  private func shape(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let text, _): text
    case .sequence(let items): "[\(items.map(shape).joined(separator: ", "))]"
    case .mapping(let entries):
      "{\(entries.map { "\($0.key): \(shape($0.value))" }.joined(separator: ", "))}"
    }
  }
}
