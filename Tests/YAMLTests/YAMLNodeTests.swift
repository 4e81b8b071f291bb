import Testing
import YAML

@Suite("YAMLNode")
struct YAMLNodeTests {
  @Test("A tree keeps order, marks and whether scalars are plain")
  func treeKeepsOrderMarksAndStyle() throws {
    let tree = try YAMLNode.parse(text: "b: 'x'\na:\n  - 1\n  - {c: d}\n")
    let inner = YAMLNode.Entry(
      key: "c", keyMark: YAMLMark(line: 4, column: 6), value: plain("d", 4, 9))
    let items = [
      plain("1", 3, 5), YAMLNode(.mapping([inner]), mark: YAMLMark(line: 4, column: 5)),
    ]
    let expected = YAMLNode(
      .mapping([
        YAMLNode.Entry(
          key: "b", keyMark: YAMLMark(line: 1, column: 1),
          value: YAMLNode(.scalar("x", isPlain: false), mark: YAMLMark(line: 1, column: 4))),
        YAMLNode.Entry(
          key: "a", keyMark: YAMLMark(line: 2, column: 1),
          value: YAMLNode(.sequence(items), mark: YAMLMark(line: 3, column: 3))),
      ]), mark: YAMLMark(line: 1, column: 1))
    #expect(tree == expected)
  }

  @Test("Accessors give what the node is and nil for what it is not")
  func accessors() throws {
    let tree = try YAMLNode.parse(text: "a: 1\nb: [x, y]")
    #expect(tree["a"]?.text == "1")
    #expect(tree["b"]?.items?.map(\.text) == ["x", "y"])
    #expect(tree.entries?.map(\.key) == ["a", "b"])
    #expect(tree["c"] == nil)
    #expect(tree["a"]?["c"] == nil)
    #expect(tree.text == nil)
    #expect(tree["a"]?.items == nil)
    #expect(tree["a"]?.entries == nil)
  }

  @Test("Only plain empty values are null", arguments: ["a:", "a: ~", "a: null", "a: NULL"])
  func plainNullIsNull(text: String) throws {
    #expect(try YAMLNode.parse(text: text)["a"]?.isNull == true)
  }

  @Test("Quoted text and lists are not null", arguments: ["a: ''", "a: 'null'", "a: []", "a: 0"])
  func otherIsNotNull(text: String) throws {
    #expect(try YAMLNode.parse(text: text)["a"]?.isNull == false)
  }

  @Test("An origin reaches every node of a tree")
  func originReachesEveryNode() throws {
    let tree = try YAMLNode.parse(text: "a: [x, {b: y}]").from("--set a=…")
    let items = try #require(tree["a"]?.items)
    let nodes = [tree, tree["a"], items[0], items[1], items[1]["b"]]
    #expect(nodes.map { $0?.origin } == Array(repeating: "--set a=…", count: 5))
    #expect(items[1]["b"]?.mark == YAMLMark(line: 1, column: 12))
  }

  private func plain(_ text: String, _ line: Int, _ column: Int) -> YAMLNode {
    YAMLNode(.scalar(text, isPlain: true), mark: YAMLMark(line: line, column: column))
  }
}
