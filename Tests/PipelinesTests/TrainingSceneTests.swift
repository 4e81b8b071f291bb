import Rasters
import Testing

@testable import Pipelines

/// A scene for training, of one image of two bands; burned (1) is the left third.
struct SampleScene {
  let folder: TestFolder
  let width: Int
  let height: Int

  init(width: Int, height: Int) throws {
    folder = try TestFolder()
    (self.width, self.height) = (width, height)
    let grid = TestGrid(width: width, height: height)
    try grid.write(folder.file("image.tif"), bands: ["red", "nir"]) { band, x, y in
      Self.isHole(x, y) ? .nan : Self.value(band, x, y)
    }
    try grid.writeLabels(folder.file("label.tif")) { x, y in
      y % 7 == 3 ? 255 : x < width / 3 ? 1 : 0
    }
  }

  /// The value of a pixel tells where it is.
  static func value(_ band: Int, _ x: Int, _ y: Int) -> Float {
    band == 0 ? Float(x) : Float(y)
  }

  static func isHole(_ x: Int, _ y: Int) -> Bool { x % 11 == 5 && y % 5 == 2 }

  /// The class of a pixel that trains, where its block does.
  func label(_ x: Int, _ y: Int) -> UInt8 {
    y % 7 == 3 || Self.isHole(x, y) ? 255 : x < width / 3 ? 1 : 0
  }

  func open(
    use: BlockUse? = nil, side: Int = 16, buffer: Int = 0, validation: Double = 0.2,
    test: Double = 0.2
  ) throws -> TrainingScene {
    let aligned = try alignedScene([("post", folder.file("image.tif"))], bands: ["red", "nir"])
    let label = SceneRaster(path: folder.file("label.tif"))
    return try TrainingScene(
      Scene(name: "a", roles: [.train], rasters: [:], label: label), aligned: aligned,
      labels: LabelReader(label, on: aligned.grid(), classes: Self.classes),
      channels: ChannelSet(bands: aligned.bandNames), classes: Self.classes,
      use: use,
      options: TrainingScene.SplitOptions(
        side: side, buffer: buffer, validation: validation, test: test, seed: 5),
      progress: { _, _ in })
  }

  static let classes = ClassList(
    items: [
      ClassList.Item(code: 0, name: "no", colour: Colour(red: 0, green: 0, blue: 0)),
      ClassList.Item(code: 1, name: "burned", colour: Colour(red: 255, green: 0, blue: 0)),
    ])
}

struct TrainingSceneTests {
  @Test("Every training pixel is remembered under its class, and no other")
  func positions() throws {
    let sample = try SampleScene(width: 61, height: 47)
    let scene = try sample.open(buffer: 3)
    var expected: [[Int]] = [[], []]
    for y in 0..<47 {
      for x in 0..<61 where scene.split.trains(x: x, y: y) && sample.label(x, y) != 255 {
        expected[Int(sample.label(x, y))].append(y * 61 + x)
      }
    }
    #expect(scene.positions.map { $0.sorted() } == expected)
    #expect(scene.counts == expected.map(\.count))
    #expect(scene.counts.allSatisfy { $0 > 0 })
    #expect(!scene.split.blocks(.validate).isEmpty && !scene.split.blocks(.test).isEmpty)
  }

  @Test("A scene that only validates has no training pixels")
  func validating() throws {
    let scene = try SampleScene(width: 40, height: 20).open(use: .validate)
    #expect(scene.counts == [0, 0] && scene.positions == [[], []])
  }

  @Test("Of a large class 20 000 pixels are remembered, evenly over the scene")
  func reservoir() throws {
    let scene = try SampleScene(width: 250, height: 200).open(
      side: 64, validation: 0, test: 0)
    #expect(scene.counts[0] > 25_000)
    #expect(scene.positions[0].count == 20_000)
    #expect(Set(scene.positions[0]).count == 20_000)
    // the share of the upper half of the rows is that of its pixels, within 4 standard errors
    let upper = scene.positions[0].count { $0 / 250 < 100 }
    #expect(abs(Double(upper) / 20_000 - 0.5) < 0.015)
  }
}
