import Configuration
import Testing
import YAML

/// A text with the one line that its mistake must give.
struct Mistake: CustomTestStringConvertible, Sendable {
  let text: String
  let line: String

  init(_ text: String, _ line: String) { (self.text, self.line) = (text, line) }

  var testDescription: String { text.debugDescription }
}

@Suite("Settings+Decoding")
struct SettingsDecodingTests {
  static let keys =
    "epochs, rate, augment, title, mode, bands, size, pairs, image, scene, loss, extra, tiles, "
    + "split"
  static let epochs = "'epochs' takes a whole number from 1 to 10000, found"
  static let rate = "'rate' takes a number from 0 to 1, found"
  static let flag = "'augment' takes true or false, found"
  static let mode = "'mode' takes one of: max, mean, median, found"
  static let bands = "'bands' takes a list of 1 to 3 items, each text, found"
  static let size = "'size' takes a list of 2 items, each a whole number from 1 to 4096, found"
  static let image = "'image' takes the path of a file, found"
  static let scene = "'scene' takes the name of an earlier stage that gives 'raster'"

  @Test(
    "Every mistake gives one line with the place, what was found and what is allowed",
    arguments: [
      // Keys
      Mistake("- 1", "1:1: expected keys with values, found a list"),
      Mistake("x", "1:1: expected keys with values, found 'x'"),
      Mistake(
        "rate: 1\nepoch: 5",
        "2:1: unknown key 'epoch'. Did you mean 'epochs'? Allowed keys: \(keys)"),
      Mistake("zzzzzzz: 5", "1:1: unknown key 'zzzzzzz'. Allowed keys: \(keys)"),
      // The first mistake in the order of the file is the one reported.
      Mistake("mode: x\nepoch: 5", "1:7: \(mode) 'x'"),
      // Whole numbers
      Mistake("epochs: many", "1:9: \(epochs) 'many'"),
      Mistake("epochs: 0", "1:9: \(epochs) '0'"),
      Mistake("epochs: 10001", "1:9: \(epochs) '10001'"),
      Mistake("epochs: 99999999999999999999", "1:9: \(epochs) '99999999999999999999'"),
      Mistake("epochs: 1.5", "1:9: \(epochs) '1.5'"),
      Mistake("epochs: 5.0", "1:9: \(epochs) '5.0'; write 5"),
      Mistake("epochs: 1e3", "1:9: \(epochs) '1e3'; write 1000"),
      Mistake("epochs: 1_000", "1:9: \(epochs) '1_000'; write 1000"),
      Mistake("epochs: 010", "1:9: \(epochs) '010'; write 10"),
      Mistake("epochs: 0x10", "1:9: \(epochs) '0x10'"),
      Mistake("epochs: '5'", "1:9: \(epochs) the text '5'; remove the quotes"),
      Mistake("epochs: 'many'", "1:9: \(epochs) the text 'many'"),
      Mistake("epochs:", "1:8: \(epochs) nothing"),
      Mistake("epochs: ~", "1:9: \(epochs) nothing"),
      Mistake("epochs: [5]", "1:9: \(epochs) a list"),
      Mistake("epochs: {a: 5}", "1:9: \(epochs) a mapping"),
      // Real numbers
      Mistake("rate: 1.5", "1:7: \(rate) '1.5'"),
      Mistake("rate: -1e-9", "1:7: \(rate) '-1e-9'"),
      Mistake("rate: .nan", "1:7: \(rate) '.nan'"),
      Mistake("rate: nan", "1:7: \(rate) 'nan'"),
      Mistake("rate: .inf", "1:7: \(rate) '.inf'"),
      Mistake("rate: inf", "1:7: \(rate) 'inf'"),
      Mistake("rate: 1e999", "1:7: \(rate) '1e999'"),
      Mistake("rate: 0x1p-3", "1:7: \(rate) '0x1p-3'"),
      Mistake("rate: .", "1:7: \(rate) '.'"),
      Mistake("rate: 1e", "1:7: \(rate) '1e'"),
      Mistake("rate: 0,1", "1:7: \(rate) '0,1'"),
      Mistake("rate: 0.000_1", "1:7: \(rate) '0.000_1'; write 0.0001"),
      Mistake("rate: \"0.1\"", "1:7: \(rate) the text '0.1'; remove the quotes"),
      // Truth values
      Mistake("augment: yes", "1:10: \(flag) 'yes'; write true"),
      Mistake("augment: Off", "1:10: \(flag) 'Off'; write false"),
      Mistake("augment: True", "1:10: \(flag) 'True'; write true"),
      Mistake("augment: 0", "1:10: \(flag) '0'; write false"),
      Mistake("augment: maybe", "1:10: \(flag) 'maybe'"),
      Mistake("augment: 'true'", "1:10: \(flag) the text 'true'; remove the quotes"),
      // Text and choices
      Mistake("title: [a]", "1:8: 'title' takes text, found a list"),
      Mistake("title:", "1:7: 'title' takes text, found nothing"),
      Mistake("title: null", "1:8: 'title' takes text, found nothing; quote 'null' if it is text"),
      Mistake("mode: maen", "1:7: \(mode) 'maen'. Did you mean 'mean'?"),
      Mistake("mode: sum", "1:7: \(mode) 'sum'"),
      Mistake(
        "mode: |\n  \(String(repeating: "x", count: 70))\n  y",
        "1:7: \(mode) '\(String(repeating: "x", count: 57))…'"),
      // Lists
      Mistake("bands: []", "1:8: \(bands) 0 items"),
      Mistake("bands: [a, b, c, d]", "1:8: \(bands) 4 items"),
      Mistake("bands: {a: b}", "1:8: \(bands) a mapping"),
      Mistake("bands:", "1:7: \(bands) nothing"),
      Mistake("bands: [a, [b]]", "1:12: item 2 of 'bands' takes text, found a list"),
      Mistake("size: 5", "1:7: \(size) 1 item"),
      Mistake(
        "size: [5, x]", "1:11: item 2 of 'size' takes a whole number from 1 to 4096, found 'x'"),
      Mistake(
        "pairs: 5",
        "1:8: 'pairs' takes a list of items, each a list of 2 items, each a whole number from 0 to "
          + "9, found '5'"),
      Mistake(
        "pairs: [[1, 2], [3, x]]",
        "1:21: item 2 of item 2 of 'pairs' takes a whole number from 0 to 9, found 'x'"),
      // Files
      Mistake("image: ''", "1:8: \(image) ''"),
      Mistake("image: [x]", "1:8: \(image) a list"),
      Mistake("image: no/x.tif", "1:8: 'image' names 'no/x.tif': no such file or directory"),
      Mistake(
        "image: http://x/y.tif",
        "1:8: \(image) 'http://x/y.tif'; for a file on a server write /vsicurl/ before it"),
      // References
      Mistake(
        "scene: algin",
        "1:8: \(scene), found 'algin'. Did you mean 'align'? There are: align, index"),
      Mistake("scene: zzz", "1:8: \(scene), found 'zzz'. There are: align, index"),
      Mistake("scene: train", "1:8: \(scene), but 'train' gives 'model'. There are: align, index"),
      Mistake("scene: {a: b}", "1:8: \(scene), found a mapping"),
      // Components
      Mistake(
        "loss: dise",
        "1:7: unknown loss 'dise'. Did you mean 'dice'? Known losses: dice, focal, mean"),
      Mistake("loss: zzzz", "1:7: unknown loss 'zzzz'. Known losses: dice, focal, mean"),
      Mistake(
        "loss: {smooth: 1, name: dise}",
        "1:25: unknown loss 'dise'. Did you mean 'dice'? Known losses: dice, focal, mean"),
      Mistake(
        "loss: {dise: {smooth: 1}}",
        "1:8: unknown loss 'dise'. Did you mean 'dice'? Known losses: dice, focal, mean"),
      Mistake("loss: [dice]", "1:7: 'loss' takes a loss, found a list"),
      Mistake("loss:", "1:6: 'loss' takes a loss, found nothing"),
      Mistake("loss: {}", "1:7: 'loss' takes a loss, found a mapping without 'name'"),
      Mistake("loss: {smooth: 1}", "1:7: 'loss' takes a loss, found a mapping without 'name'"),
      Mistake(
        "loss: {dice: {}, focal: {}}", "1:7: 'loss' takes a loss, found a mapping without 'name'"),
      Mistake("loss: {name: [dice]}", "1:14: 'name' takes a loss, found a list"),
      Mistake("loss: {dice: 1}", "1:14: 'dice' takes a mapping of settings, found '1'"),
      Mistake(
        "loss: {name: dice, smoth: 1}",
        "1:20: unknown key 'smoth' of loss 'dice'. Did you mean 'smooth'? "
          + "Allowed keys: smooth, weights"
      ),
      Mistake(
        "loss: {mean: {smooth: 1}}",
        "1:15: unknown key 'smooth' of loss 'mean'. No keys are allowed here"
      ),
      Mistake(
        "loss: {dice: {smooth: x}}", "1:23: 'smooth' takes a number from 0 to 10, found 'x'"),
      Mistake(
        "loss: focal", "1:7: missing key 'gamma' of loss 'focal': give a number from 0 to 5"),
      Mistake(
        "loss: {focal: }", "1:15: missing key 'gamma' of loss 'focal': give a number from 0 to 5"),
      Mistake(
        "extra: [mean, dise]",
        "1:15: unknown loss 'dise'. Did you mean 'dice'? Known losses: dice, focal, mean"),
      // Groups
      Mistake("tiles: 5", "1:8: 'tiles' takes a mapping of settings, found '5'"),
      Mistake(
        "tiles: {egde: 5}",
        "1:9: unknown key 'egde' of 'tiles'. Did you mean 'edge'? Allowed keys: edge"),
      Mistake("tiles: {edge: 5}", "1:15: 'edge' takes a whole number from 16 to 4096, found '5'"),
      Mistake(
        "split:\nrate: 1",
        "1:7: missing key 'block' of 'split': give a whole number of at least 1"),
    ])
  func mistakes(_ mistake: Mistake) throws {
    let error = try #require(throws: ConfigurationError.self) {
      try Example.decode(mistake.text)
    }
    #expect(error.description == "a.yaml:\(mistake.line)")
  }

  @Test("Left-out keys get their defaults, in groups and components too")
  func defaults() throws {
    let dice = SettingValue.component(name: "dice", Settings(values: ["smooth": .number(1)]))
    let expected = Settings(values: [
      "epochs": .integer(10), "rate": .number(0.001), "augment": .flag(true), "mode": .text("mean"),
      "bands": .list([.text("B4"), .text("B8")]), "loss": dice,
      "tiles": .group(Settings(values: ["edge": .integer(256)])),
    ])
    #expect(try Example.decode("{}") == expected)
    #expect(try Example.decode("~") == expected)
    #expect(
      try Settings(decoding: nil, as: Example.settings, in: Example.context()) == expected)
  }

  @Test(
    "Values are decoded as their kind says",
    arguments: [
      ("epochs: +5", "epochs", .integer(5)),
      ("rate: 1", "rate", .number(1)),
      ("rate: .5", "rate", .number(0.5)),
      ("rate: 5.e-1", "rate", .number(0.5)),
      ("rate: +1E-2", "rate", .number(0.01)),
      ("augment: false", "augment", .flag(false)),
      ("title: 2020", "title", .text("2020")),
      ("title: true", "title", .text("true")),
      ("title: ''", "title", .text("")),
      ("title: 'null'", "title", .text("null")),
      ("mode: 'max'", "mode", .text("max")),
      ("bands: B12", "bands", .list([.text("B12")])),
      ("size: [1, 4096]", "size", .list([.integer(1), .integer(4096)])),
      ("pairs: []", "pairs", .list([])),
      ("pairs: [[1, 2]]", "pairs", .list([.list([.integer(1), .integer(2)])])),
      ("image: /vsizip/no/a.zip/x.tif", "image", .text("/vsizip/no/a.zip/x.tif")),
      ("scene: index", "scene", .text("index")),
      ("loss: mean", "loss", .component(name: "mean", Settings(values: [:]))),
      ("loss: {mean: }", "loss", .component(name: "mean", Settings(values: [:]))),
      ("loss: {name: mean}", "loss", .component(name: "mean", Settings(values: [:]))),
      (
        "loss: {name: focal, gamma: 2}", "loss",
        .component(name: "focal", Settings(values: ["gamma": .number(2)]))
      ),
      (
        "loss: {focal: {gamma: 2}}", "loss",
        .component(name: "focal", Settings(values: ["gamma": .number(2)]))
      ),
      ("extra: mean", "extra", .list([.component(name: "mean", Settings(values: [:]))])),
      (
        "extra: {focal: {gamma: 2}}", "extra",
        .list([.component(name: "focal", Settings(values: ["gamma": .number(2)]))])
      ),
      ("tiles: {edge: 64}", "tiles", .group(Settings(values: ["edge": .integer(64)]))),
      ("tiles:", "tiles", .group(Settings(values: ["edge": .integer(256)]))),
    ] as [(String, String, SettingValue)])
  func values(text: String, key: String, expected: SettingValue) throws {
    #expect(try Example.decode(text).values[key] == expected)
  }

  @Test("A missing key of the whole file is reported at the file, or at what is there")
  func missingAtTheTop() throws {
    let needed = [Setting("stages", .integer(1...1), isRequired: true, "The stages.")]
    func message(_ node: YAMLNode?, _ owner: String?) throws -> String {
      try #require(throws: ConfigurationError.self) {
        try Settings(decoding: node, as: needed, in: Example.context(), owner: owner)
      }.description
    }
    let line = "missing key 'stages': give a whole number equal to 1"
    #expect(try message(nil, nil) == "a.yaml: \(line)")
    #expect(try message(YAMLNode.parse(text: " {}"), nil) == "a.yaml:1:2: \(line)")
    #expect(
      try message(nil, "stage 'x'")
        == "a.yaml: missing key 'stages' of stage 'x': give a whole number equal to 1")
  }

  @Test("What came from the command line is reported with the option instead of a place")
  func commandLine() throws {
    func message(_ assignment: String) throws -> String {
      let node = try YAMLNode.parse(text: "epochs: 1\nloss: {name: dice}").applying(assignment)
      return try #require(throws: ConfigurationError.self) {
        try Settings(decoding: node, as: Example.settings, in: Example.context())
      }.description
    }
    #expect(try message("epochs=x") == "--set epochs=x: \(Self.epochs) 'x'")
    #expect(
      try message("epoch=5")
        == "--set epoch=5: unknown key 'epoch'. Did you mean 'epochs'? Allowed keys: \(Self.keys)")
    #expect(
      try message("loss.smooth=-1")
        == "--set loss.smooth=-1: 'smooth' takes a number from 0 to 10, found '-1'")
    #expect(
      try message("tiles={edge: 5}")
        == "--set tiles={edge: 5}: 'edge' takes a whole number from 16 to 4096, found '5'")
    #expect(
      try message("loss={focal: }")
        == "--set loss={focal: }: missing key 'gamma' of loss 'focal': give a number from 0 to 5")
  }

  @Test("A default that its own kind refuses is said to be one")
  func badDefaults() throws {
    func message(_ text: String) throws -> String {
      try #require(throws: ConfigurationError.self) {
        try Settings(
          decoding: nil, as: [Setting("epochs", .integer(1...9), default: text, "")],
          in: Example.context())
      }.description
    }
    let place = "the default of 'epochs'"
    #expect(
      try message("10") == "\(place): 'epochs' takes a whole number from 1 to 9, found '10'")
    #expect(try message("[") == "\(place): '[' is no YAML: expected a value")
  }

  @Test("With no stage to refer to the message says so")
  func noStages() throws {
    let context = DecodingContext(file: "a.yaml", baseDirectory: "")
    let error = try #require(throws: ConfigurationError.self) {
      try Settings(
        decoding: YAMLNode.parse(text: "scene: x"), as: Example.settings, in: context)
    }
    #expect(error.description == "a.yaml:1:8: \(Self.scene), found 'x'. There is none")
  }
}
