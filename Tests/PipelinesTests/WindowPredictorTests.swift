import Engine
import Models
import Rasters
import TestSupport
import Testing

@testable import Pipelines

/// A small U-Net with random weights over two channels.
func randomModel(base: Int = 2, depth: Int, classes: Int = 3, seed: UInt64 = 11) -> TrainedModel {
  let graph = UNet(base: base, depth: depth).graph(bands: 2, outputs: classes)
  let parameters = ParameterStore(graph: graph)
  parameters.initialise(seed: seed)
  // norms that have seen data: every mean and factor is another; logits stay about 1, so that
  // float noise is that of probabilities
  var generator = SeededGenerator(seed: seed)
  for (index, declaration) in parameters.declarations.enumerated() {
    switch declaration.role {
    case .weight, .projection, .slope: continue
    case .bias, .normBias, .runningMean:
      parameters.set(index, to: (0..<declaration.count).map { _ in 0.2 * generator.normal() })
    case .normWeight:
      parameters.set(
        index, to: (0..<declaration.count).map { _ in generator.uniform(in: 0.5...1.1) })
    case .runningVariance:
      parameters.set(
        index, to: (0..<declaration.count).map { _ in generator.uniform(in: 0.8...1.5) })
    }
  }
  let card = ModelCard(
    architecture: "unet", settings: "{\"base\": \(base), \"depth\": \(depth)}",
    channels: [
      ModelCard.Channel(name: "post.red", mean: 0.5, deviation: 0.3),
      ModelCard.Channel(name: "post.nir", mean: 0.4, deviation: 0.2),
    ], images: ["pre", "post"], limit: 10,
    classes: (0..<classes).map { ModelCard.Class(value: $0, name: "c\($0)", colour: "#000000") },
    windowPixels: 64, resolutionMetres: 10, training: [:], scores: [:])
  return TrainedModel(card: card, graph: graph, parameters: parameters)
}

struct WindowPredictorTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// A scene of noise with holes, one of them large.
  private func reader(_ width: Int, _ height: Int, holes: Bool = true) throws -> SceneReader {
    let grid = TestGrid(width: width, height: height)
    try grid.write(folder.file("post.tif"), bands: ["red", "nir"]) { band, x, y in
      let isHole = hashed(9, x / 3, y / 2) < 0.1 || (x > width / 2 && y < height / 3)
      return holes && isHole ? .nan : hashed(band, x, y)
    }
    let scene = try alignedScene([("post", folder.file("post.tif"))], bands: ["red", "nir"])
    return try SceneReader(scene, channels: ChannelSet(bands: scene.bandNames))
  }

  /// The probabilities of the whole scene, put together from windows in an order of chance.
  private func assembled(
    _ predictor: WindowPredictor, _ reader: SceneReader, side: Int, seed: UInt64 = 1
  ) throws -> [Float] {
    let (width, count) = (reader.grid.width, reader.grid.window.pixelCount)
    var result = [Float](repeating: .nan, count: count * predictor.classCount)
    var generator = SeededGenerator(seed: seed)
    for window in reader.grid.windows(side: side).shuffled(using: &generator) {
      guard let part = try predictor.predict(window, from: reader) else { continue }
      for k in 0..<predictor.classCount {
        for pixel in 0..<window.pixelCount {
          let (x, y) = (window.x + pixel % window.width, window.y + pixel / window.width)
          result[k * count + y * width + x] = part[k * window.pixelCount + pixel]
        }
      }
    }
    return result
  }

  @Test(
    "Windows in any order give what one pass over the whole scene gives",
    arguments: [
      (1, 203, 157), (2, 203, 157), (3, 203, 157), (1, 1, 50), (2, 50, 1), (3, 7, 9), (4, 7, 9),
      (2, 97, 101), (3, 61, 131), (4, 131, 127), (3, 1, 1), (4, 1, 197),
    ])
  func seams(_ depth: Int, _ width: Int, _ height: Int) throws {
    let reader = try reader(width, height)
    let predictor = WindowPredictor(randomModel(depth: depth), pool: ThreadPool(threads: 2))
    #expect(predictor.step == 1 << depth)
    let whole = try #require(try predictor.predict(reader.grid.window, from: reader))
    #expect(width * height == 1 || whole.contains { !$0.isNaN })
    for (seed, side) in [(1, 4 << depth), (2, 48 - 48 % (1 << depth))] as [(UInt64, Int)] {
      let parts = try assembled(predictor, reader, side: side, seed: seed)
      // sums in another order: float noise of a few roundings of probabilities
      #expect(maxAbsDifference(parts, whole) <= 1e-6, "side \(side)")
    }
  }

  @Test("A halo of less than the receptive field leaves seams, so the test above can fail")
  func smallHalo() throws {
    let reader = try reader(97, 61)
    let model = randomModel(depth: 2)
    let right = WindowPredictor(model, pool: ThreadPool(threads: 1))
    let whole = try #require(try right.predict(reader.grid.window, from: reader))
    let needed = right.halo
    #expect(needed > 4)
    for halo in [0, 4] {
      let small = WindowPredictor(model, pool: ThreadPool(threads: 1), halo: halo)
      #expect(small.halo == halo)
      #expect(maxAbsDifference(try assembled(small, reader, side: 16), whole) > 1e-4)
    }
    // the halo is also not wasteful: half of it does not do
    let half = WindowPredictor(model, pool: ThreadPool(threads: 1), halo: needed / 2)
    #expect(maxAbsDifference(try assembled(half, reader, side: 16), whole) > 1e-6)
  }

  @Test("A halo is rounded up to a multiple of the stride")
  func rounding() throws {
    let model = randomModel(depth: 3)
    #expect(WindowPredictor(model, pool: ThreadPool(threads: 1), halo: 1).halo == 8)
    #expect(WindowPredictor(model, pool: ThreadPool(threads: 1), halo: 16).halo == 16)
  }

  @Test("Probabilities add up to 1 where observed, and are NaN in every class elsewhere")
  func holes() throws {
    let reader = try reader(40, 33)
    let predictor = WindowPredictor(randomModel(depth: 2), pool: ThreadPool(threads: 1))
    let result = try #require(try predictor.predict(reader.grid.window, from: reader))
    var planes: [Float] = []
    try reader.read(reader.grid.window, into: &planes)
    for pixel in 0..<1320 {
      let shares = (0..<3).map { result[$0 * 1320 + pixel] }
      #expect(shares.map(\.isNaN) == Array(repeating: planes[pixel].isNaN, count: 3))
      guard !planes[pixel].isNaN else { continue }
      #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
    }
  }

  @Test("A window without an observed pixel is nil, though its halo has some")
  func unobserved() throws {
    let reader = try reader(64, 64)
    let predictor = WindowPredictor(randomModel(depth: 2), pool: ThreadPool(threads: 1))
    // columns from 33 on of the upper third are a hole
    #expect(try predictor.predict(Window(x: 36, y: 0, width: 16, height: 20), from: reader) == nil)
    #expect(try predictor.predict(Window(x: 36, y: 0, width: 16, height: 24), from: reader) != nil)
  }

  @Test("What lies in a hole of the data does not matter beyond it")
  func blank() throws {
    // the values under a hole are unknown to the network: 0 after normalisation, that is the mean
    let grid = TestGrid(width: 24, height: 24)
    var results: [[Float]] = []
    for isMean in [false, true] {
      try grid.write(folder.file("post.tif"), bands: ["red", "nir"]) { band, x, y in
        guard x == 12, y == 12 else { return hashed(band, x, y) }
        return isMean ? (band == 0 ? 0.5 : 0.4) : .nan
      }
      let scene = try alignedScene([("post", folder.file("post.tif"))], bands: ["red", "nir"])
      let reader = try SceneReader(scene, channels: ChannelSet(bands: scene.bandNames))
      let predictor = WindowPredictor(randomModel(depth: 1), pool: ThreadPool(threads: 1))
      results.append(try #require(try predictor.predict(grid.grid().window, from: reader)))
    }
    for k in 0..<3 { results[1][k * 576 + 12 * 24 + 12] = .nan }
    // the mean is 0.5 to a Float, so normalised it is 0 to 1e-7
    #expect(maxAbsDifference(results[0], results[1]) < 1e-6)
  }

  @Test("A whole scene is written window after window, with nodata where nothing was observed")
  func map() throws {
    let reader = try reader(101, 67)
    let predictor = WindowPredictor(randomModel(depth: 3), pool: ThreadPool(threads: 2))
    let whole = try #require(try predictor.predict(reader.grid.window, from: reader))
    var description = RasterDescription(
      grid: reader.grid, type: .float32, bands: ["a", "b", "c"])
    description.layout = .tiled
    let writer = try RasterWriter(path: folder.file("map.tif"), description: description)
    var steps: [Int] = []
    // 30 is rounded up to 32: 4 × 3 windows
    try predictor.map(reader, tile: 30, to: writer) { done, total in
      steps.append(done)
      #expect(total == 12)
    }
    try writer.finish()
    #expect(steps == Array(1...12))
    let raster = try Raster(path: folder.file("map.tif"))
    let written = try raster.read(raster.grid.window, bands: [1, 2, 3])
    #expect(maxAbsDifference(written, whole) <= 1e-6)
  }

  @Test("A window that the machine has no memory for is refused before it is read")
  func tooLarge() throws {
    let side = 60_000
    // nothing is written: the file is all hole, and small
    var description = RasterDescription(
      grid: try TestGrid(width: side, height: side).grid(), type: .byte, bands: ["red", "nir"])
    description.layout = .tiled
    try RasterWriter(path: folder.file("post.tif"), description: description).finish()
    let scene = try alignedScene([("post", folder.file("post.tif"))], bands: ["red", "nir"])
    let reader = try SceneReader(scene, channels: ChannelSet(bands: scene.bandNames))
    let predictor = WindowPredictor(
      randomModel(base: 16, depth: 2), pool: ThreadPool(threads: 1))
    let window = Window(x: 0, y: 0, width: side, height: side)
    let error = #expect(throws: RunError.self) { _ = try predictor.predict(window, from: reader) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("a window of 60000×60000 pixels needs "), "\(text)")
    #expect(text.hasSuffix("; choose a smaller 'tile' (or 'block')"), "\(text)")
  }
}

struct TensorFillerTests {
  @Test("Planes become pixels, normalised, cut at the limit, and 0 where not observed")
  func fill() {
    let filler = TensorFiller(
      channels: [
        ModelCard.Channel(name: "a", mean: 1, deviation: 2),
        ModelCard.Channel(name: "b", mean: -1, deviation: 0.5),
      ], limit: 3)
    var pixels = [Float](repeating: 9, count: 8)
    var observed = [UInt8](repeating: 9, count: 4)
    let count = pixels.withUnsafeMutableBufferPointer { pixels in
      observed.withUnsafeMutableBufferPointer { observed -> Int in
        guard let to = pixels.baseAddress, let flags = observed.baseAddress else { return -1 }
        return filler.fill(
          [1, 3, .nan, 100, -1, -0.5, .nan, -100], count: 4, into: to, observed: flags)
      }
    }
    #expect(count == 3 && observed == [1, 1, 0, 1])
    #expect(pixels == [0, 0, 1, 1, 0, 0, 3, -3])
  }
}
