import Engine
import Rasters

extension WindowPredictor {
  /// Writes the probabilities of a whole scene from windows that overlap by half.
  func blend(
    _ reader: SceneReader, tile: Int?, to writer: RasterWriter, memory: Int?,
    progress: (Int, Int) throws -> Void
  ) throws {
    let blending = SceneBlending(side: geometry.tile(tile), grid: reader.grid)
    let cacheBytes = try cacheBytes(blending, reader, memory)
    let cache = BlockCache.limit
    BlockCache.set(limit: cacheBytes)
    defer { BlockCache.set(limit: cache) }
    reserve(try plan(for: frame(blending)))
    var done = 0
    for strip in blending.strips {
      let rows = BlendedRows(strip, of: blending.size, classes: classCount, to: writer)
      let flow = try SceneFlow(strip.windows, halo: false, from: reader, for: self) {
        try rows.add($0)
      }
      defer { flow.stop() }
      for _ in strip.windows {
        try flow.advance(self)
        done += 1
        try progress(done, blending.windowCount)
      }
      try flow.finish()
      try rows.finish(height: reader.grid.height)
    }
  }

  /// What the network gets of every window: all of it is wanted.
  private func frame(_ blending: SceneBlending) -> WindowFrame {
    let (height, width) = blending.size
    return WindowFrame(
      input: Shape(1, height, width, channels.count),
      wanted: Region(rows: 0..<height, columns: 0..<width))
  }

  /// Bytes for GDAL's block cache: the blocks of a row of windows.
  ///
  /// - Throws: `RunError` of kind usage if `memory` is too little, naming the least that does.
  func cacheBytes(_ blending: SceneBlending, _ reader: SceneReader, _ memory: Int?) throws -> Int {
    let blocks = blending.strips.map { strip -> Int in
      let row = Window(
        x: strip.columns.lowerBound, y: 0, width: strip.columns.count,
        height: min(reader.grid.height, 2 * blending.size.height))
      return reader.cacheBytes(row) + 4 * classCount * row.pixelCount / 2
    }
    let cacheBytes =
      BlockCache.userLimit ?? min(blocks.max() ?? 0, SceneTiling.usualCacheBytes)
    let needed =
      try bytes(frame(blending), max(blending.size.height, blending.size.width), reader)
      + blending.bytes(classes: classCount) + cacheBytes
    if let memory, needed > memory {
      throw RunError(
        .usage,
        "--memory \(memory >> 20)M is too small: this scene takes at least "
          + "\((needed + 0xf_ffff) >> 20)M; a smaller 'tile' takes less")
    }
    return cacheBytes
  }
}
