import Configuration
import Testing
import YAML

@testable import Pipelines

struct SettingLeafTests {
  @Test("Nested values have their full keys; paths are told apart")
  func leaves() throws {
    let declared = [
      Setting("size", .integer(0...9), default: "3", "Size."),
      Setting("mask", .path, "A file."),
      Setting("model", .component(family: "model"), default: "unet", "A model."),
      Setting(
        "image",
        .shorthand(
          key: "path",
          [
            Setting("path", .path, isRequired: true, "A file."), Setting("date", .text, "A day."),
          ]), "An image."),
      Setting("losses", .list(.component(family: "loss"), count: 0...9), "Losses."),
    ]
    let settings = try Settings(
      decoding: YAMLNode.parse(
        text: "{mask: /dev/null, image: {path: /dev/null, date: today}, losses: [ce]}"),
      as: declared, in: DecodingContext(file: "f", baseDirectory: "", catalogue: .standard))
    let leaves = SettingLeaf.all(of: settings, declared: declared, prefix: "p.")
    #expect(leaves.filter(\.isPath).map(\.name) == ["p.image", "p.mask"])
    #expect(leaves.first { $0.name == "p.image.date" }?.text == "\"today\"")
    #expect(leaves.first { $0.name == "p.model" }?.text == "unet")
    #expect(leaves.contains { $0.name == "p.model.base" })
    #expect(leaves.first { $0.name == "p.losses.0" }?.text == "ce")
    #expect(leaves.first { $0.name == "p.size" }?.text == "3")
  }
}

struct SummaryChangeTests {
  @Test("A change of the summary can be made again, beside other changes")
  func apply() throws {
    var first = Summary(pipeline: "p")
    first.update("a") { $0.notObservedPixels = 5 }
    var second = first
    second.update("a") { $0.dates = ["pre": "2020-01-01"] }
    second.update("b") { $0.notObservedHectares = 0.1 }
    second.version = "2"
    let change = try SummaryChange(from: first, to: second)
    var other = Summary(pipeline: "p")
    other.update("a") { $0.notObservedPixels = 7 }
    try change.apply(to: &other)
    #expect(other.scenes.map(\.name) == ["a", "b"])
    #expect(other.scenes[0].notObservedPixels == 7)
    #expect(other.scenes[0].dates == ["pre": "2020-01-01"])
    #expect(other.scenes[1].notObservedHectares == 0.1)
    #expect(other.version == "2")
  }
}
