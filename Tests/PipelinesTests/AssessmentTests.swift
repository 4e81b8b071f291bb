import Rasters
import TestSupport
import Testing

@testable import Pipelines

struct ThresholdSearchTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// The best threshold for values of which those with a label of 1 are the second class.
  private func best(_ values: [Float], _ labels: [UInt8]) throws -> Double? {
    let grid = TestGrid(width: values.count, height: 1)
    try grid.write(folder.file("image.tif"), bands: ["index"]) { _, x, _ in
      values[x]
    }
    try grid.writeLabels(folder.file("label.tif")) { x, _ in labels[x] }
    let scene = try alignedScene([("post", folder.file("image.tif"))], bands: ["index"])
    let reader = try SceneReader(scene, channels: ChannelSet(bands: scene.bandNames))
    let label = try LabelReader(
      SceneRaster(path: folder.file("label.tif")), on: reader.grid, classes: SampleScene.classes)
    var search = ThresholdSearch()
    try search.add(reader, label, reader.grid.window) { x, _ in x != 7 }
    return search.best
  }

  @Test(
    "The threshold with the greatest IoU is found; unlabelled and unobserved pixels do not count")
  func byHand() throws {
    // from 0.3 on: hits 0.5, 0.4, 0.3, one false alarm 0.35: IoU 3/4, more than from 0.4 on, 2/3
    let best = try best(
      [0.5, 0.4, 0.3, 0.35, 0.1, .nan, 0.2, 0.29], [1, 1, 1, 0, 0, 1, 255, 1])
    #expect(abs(try #require(best) - 0.3) < 0.0011)
  }

  @Test("Values beyond -1 and 1, however large, count as those")
  func extremes() throws {
    let best = try best([3e38, -3e38, 5, -5, 1e30], [1, 0, 1, 0, 1])
    #expect(best == 1)
  }

  @Test("Without a pixel of the second class there is no threshold")
  func none() throws {
    #expect(try best([0.1, 0.2], [0, 0]) == nil)
  }
}

struct ClassRuleTests {
  @Test("The greatest probability decides, the first of equals; not observed stays so")
  func greatest() {
    let planes: [Float] = [0.2, 0.4, .nan, 0.3, 0.4, .nan, 0.5, 0.2, .nan]
    #expect(ClassRule.greatest.classes(planes, count: 3) == [2, 0, 255])
  }

  @Test("The second class from the threshold on")
  func threshold() {
    let planes: [Float] = [0.75, 0.5, 0.25, .nan, 0.25, 0.5, 0.75, .nan]
    #expect(ClassRule.threshold(0.5).classes(planes, count: 4) == [0, 1, 1, 255])
    #expect(ClassRule.threshold(0).classes(planes, count: 4) == [1, 1, 1, 255])
    #expect(ClassRule.threshold(1).classes(planes, count: 4) == [0, 0, 0, 255])
    #expect(ClassRule.greatest.classes(planes, count: 4) == [0, 0, 1, 255])
  }
}
