import Engine
import Foundation
import Rasters
import Testing

@testable import Pipelines

struct SceneFlowTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private struct Stop: Error {}

  /// A scene of several blocks of which the left half is not observed.
  private func reader() throws -> SceneReader {
    let grid = TestGrid(width: 1100, height: 40)
    try grid.write(folder.file("post.tif"), bands: ["red", "nir"]) { band, x, y in
      x < 550 ? .nan : hashed(band, x, y)
    }
    let scene = try alignedScene([("post", folder.file("post.tif"))], bands: ["red", "nir"])
    return try SceneReader(scene, channels: ChannelSet(bands: scene.bandNames))
  }

  private func writer(_ grid: Grid) throws -> RasterWriter {
    var description = RasterDescription(grid: grid, type: .float32, bands: ["a", "b", "c"])
    description.layout = .tiled
    return try RasterWriter(path: folder.file("map.tif"), description: description)
  }

  private func predictor(threads: Int = 1) throws -> WindowPredictor {
    WindowPredictor(randomModel(depth: 1), pool: ThreadPool(threads: threads))
  }

  @Test("Windows that are read, computed and written at once have the bits of one by one")
  func bits() throws {
    let reader = try reader()
    for threads in 1...3 {
      let predictor = try predictor(threads: threads)
      let writer = try writer(reader.grid)
      var steps: [Int] = []
      try predictor.map(reader, tile: 32, to: writer) { done, _ in steps.append(done) }
      try writer.finish()
      #expect(steps == Array(1...70))
      let map = try Raster(path: folder.file("map.tif"))
      for window in reader.grid.windows(side: 32) {
        let alone = try predictor.predict(window, from: reader)
        let written = try map.read(window, bands: [1, 2, 3])
        #expect(
          written.map(\.bitPattern)
            == (alone ?? Array(repeating: .nan, count: written.count)).map(\.bitPattern),
          "\(window)")
        #expect((alone == nil) == (window.endX <= 550))
      }
    }
  }

  @Test("What progress throws stops all, as it is, and everything can be used again")
  func interruption() throws {
    let (reader, predictor) = (try reader(), try predictor())
    for last in [1, 40, 70] {
      let writer = try writer(reader.grid)
      var steps = 0
      #expect(throws: Stop.self) {
        try predictor.map(reader, tile: 32, to: writer) { done, _ in
          steps = done
          if done == last { throw Stop() }
        }
      }
      #expect(steps == last)
      #expect(
        try predictor.predict(Window(x: 576, y: 0, width: 32, height: 32), from: reader) != nil)
    }
    #expect(try folder.names() == ["post.tif"])
  }

  @Test("What reading throws stops all, as it is")
  func unreadable() throws {
    let (reader, predictor) = (try reader(), try predictor())
    let path = folder.file("post.tif")
    let size = try #require(
      try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    #expect(truncate(path, size / 2) == 0)
    let writer = try writer(reader.grid)
    let error = #expect(throws: RasterError.self) {
      try predictor.map(reader, tile: 32, to: writer) { _, _ in }
    }
    #expect(error?.path == path && error?.action.hasPrefix("read ") == true, "\(error as Any)")
  }

  @Test("What writing throws stops all, as it is", arguments: [1, 20, 36])
  func unwritable(_ last: Int) throws {
    let (reader, predictor) = (try reader(), try predictor())
    let windows = reader.grid.windows(side: 32)
    nonisolated(unsafe) var written: [Window] = []
    let flow = try SceneFlow(windows, halo: true, from: reader, for: predictor) { logits in
      written.append(logits.window)
      if written.count == last { throw Stop() }
    }
    #expect(throws: Stop.self) {
      for _ in windows { try flow.advance(predictor) }
      try flow.finish()
    }
    flow.stop()
    // the others are not observed
    #expect(written == Array(windows.filter { $0.endX > 550 }.prefix(last)))
  }
}
