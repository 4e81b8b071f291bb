import Engine
import Rasters
import Testing

@testable import Pipelines

struct SceneTilingTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// A scene of noise, a byte a pixel, in blocks of 512 pixels.
  private func reader(_ width: Int, _ height: Int) throws -> SceneReader {
    let grid = TestGrid(width: width, height: height)
    try grid.writeNumbers(folder.file("post.tif"), bands: ["red", "nir"]) { band, x, y in
      UInt16(1000 * hashed(band, x, y))
    }
    let scene = try alignedScene([("post", folder.file("post.tif"))], bands: ["red", "nir"])
    return try SceneReader(scene, channels: ChannelSet(bands: scene.bandNames))
  }

  private func predictor() throws -> WindowPredictor {
    WindowPredictor(randomModel(depth: 2), pool: ThreadPool(threads: 1))
  }

  @Test("By default windows are four halos wide, and at least 384 pixels")
  func tile() throws {
    let small = WindowGeometry(randomModel(depth: 2).graph, halo: nil)
    #expect(small.step == 4 && small.halo <= 96 && small.tile(nil) == 384)
    let deep = WindowGeometry(randomModel(depth: 4).graph, halo: nil)
    #expect(deep.step == 16 && deep.halo == 112 && deep.tile(nil) == 448)
    #expect(deep.tile(1) == 16 && deep.tile(500) == 512)
  }

  @Test("Without a limit windows go row after row over the whole scene")
  func whole() throws {
    let reader = try reader(1600, 130)
    let tiling = try predictor().tiling(of: reader, tile: 64, memory: nil)
    #expect(tiling.windows == reader.grid.windows(side: 64))
    let halo = try predictor().halo
    #expect(tiling.largest.input == Shape(1, 64 + 2 * halo, 64 + 2 * halo, 2))
    #expect(tiling.largest.wanted == Region(rows: halo..<halo + 64, columns: halo..<halo + 64))
    // two rows of windows reach into one row of four blocks, of two bands of two bytes; a fifth
    // block is read before the first can go; and one block of three bands of Floats is written
    #expect(tiling.cacheBytes == 512 * 512 * (5 * 2 * 2 + 3 * 4))
  }

  @Test("With less memory a scene goes in strips; too little is refused, naming the least")
  func strips() throws {
    let (reader, predictor) = (try reader(1600, 130), try predictor())
    let whole = try predictor.tiling(of: reader, tile: 64, memory: nil)
    let message = folder.message {
      _ = try predictor.tiling(of: reader, tile: 64, memory: 10 << 20)
    }
    let least = try #require(
      message.split(separator: " ").compactMap { word in
        word.hasSuffix("M;") ? Int(word.dropLast(2)) : nil
      }.last)
    #expect(
      message == "--memory 10M is too small: this scene takes at least \(least)M; a smaller 'tile' "
        + "takes less")
    #expect(throws: RunError.self) {
      try predictor.tiling(of: reader, tile: 64, memory: (least - 1) << 20)
    }
    let strips = try predictor.tiling(of: reader, tile: 64, memory: least << 20)
    #expect(strips.peakBytes <= least << 20 && strips.peakBytes < whole.peakBytes)
    #expect(strips.largest == whole.largest)
    // the same windows, but the first rows are shorter
    #expect(strips.windows != whole.windows)
    #expect(Set(strips.windows) == Set(whole.windows) && strips.windows.count == 75)
    let second = try #require(strips.windows.first { $0.y > 0 })
    #expect(second.x == 0 && strips.windows.firstIndex(of: second) ?? 0 < 25)
  }

  @Test("Memory changes no bit of the map")
  func sameBits() throws {
    let (reader, predictor) = (try reader(1600, 70), try predictor())
    let least = try #require(
      (64...128).first {
        (try? predictor.tiling(of: reader, tile: 64, memory: $0 << 20)) != nil
      })
    let strips = try predictor.tiling(of: reader, tile: 64, memory: least << 20)
    #expect(strips.windows != reader.grid.windows(side: 64))
    let maps = try [nil, least << 20].map { memory -> [UInt32] in
      var description = RasterDescription(
        grid: reader.grid, type: .float32, bands: ["a", "b", "c"])
      description.layout = .tiled
      let writer = try RasterWriter(path: folder.file("map.tif"), description: description)
      try predictor.map(reader, tile: 64, to: writer, memory: memory) { _, _ in }
      try writer.finish()
      let raster = try Raster(path: folder.file("map.tif"))
      return try raster.read(raster.grid.window, bands: [1, 2, 3]).map(\.bitPattern)
    }
    #expect(maps[0] == maps[1])
  }
}
