import Configuration
import YAML

/// Declarations with a key of every kind, for the tests of decoding and describing.
enum Example {
  static let dice = Component(
    family: "loss", name: "dice", summary: "One minus the overlap of the classes.",
    formula: "L = 1 - 2 Σ p y / Σ (p + y)", source: "Milletari et al. 2016, V-Net, equation 3.",
    settings: [
      Setting("smooth", .number(0...10), default: "1", "Added above and below the line."),
      Setting(
        "weights", .list(.number(0...1e6), count: 2...254), "The weight of each class, in order."),
    ])
  static let focal = Component(
    family: "loss", name: "focal", summary: "Cross-entropy of the hard pixels.",
    settings: [Setting("gamma", .number(0...5), isRequired: true, "The focus.")])
  static let mean = Component(
    family: "loss", name: "mean", summary: "The mean of its inputs.")
  static let catalogue = Catalogue([dice, focal, mean])

  static let settings: [Setting] = [
    Setting("epochs", .integer(1...10000), default: "10", "How often."),
    Setting("rate", .number(0...1), default: "1e-3", "How far."),
    Setting("augment", .flag, default: "true", "Whether to flip."),
    Setting("title", .text, "What to call it."),
    Setting("mode", .choice(["max", "mean", "median"]), default: "mean", "How to reduce."),
    Setting("bands", .list(.text, count: 1...3), default: "[B4, B8]", "Which bands."),
    Setting("size", .list(.integer(1...4096), count: 2...2), "Rows and columns."),
    Setting("pairs", .list(.list(.integer(0...9), count: 2...2), count: 0...(.max)), "Pairs."),
    Setting("image", .path, "The image."),
    Setting("scene", .reference("raster"), "Which raster."),
    Setting("loss", .component(family: "loss"), default: "dice", "What to minimise."),
    Setting("extra", .list(.component(family: "loss"), count: 1...(.max)), "More losses."),
    Setting("tiles", .group(tiles), default: "{}", "How to cut."),
    Setting("split", .group(split), "How to split."),
  ]
  static let tiles: [Setting] = [
    Setting("edge", .integer(16...4096), default: "256", unit: "pixels", "The edge of a tile.")
  ]
  static let split: [Setting] = [
    Setting("block", .integer(1...(.max)), isRequired: true, "The edge of a block.")
  ]

  static func context(base: String = "") -> DecodingContext {
    DecodingContext(
      file: "a.yaml", baseDirectory: base, catalogue: catalogue,
      artifacts: ["align": "raster", "index": "raster", "train": "model"])
  }

  static func decode(_ text: String) throws -> Settings {
    try Settings(decoding: YAMLNode.parse(text: text), as: settings, in: context())
  }
}
