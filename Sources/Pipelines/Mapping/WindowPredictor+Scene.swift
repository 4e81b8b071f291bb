import Engine
import Rasters

extension WindowPredictor {
  /// Writes the probabilities of a whole scene; what is not observed stays nodata.
  ///
  /// Windows are cropped, or blended where the network sees the whole of what it is given. The next window is read and the one before is written while one is computed.
  ///
  /// - Parameters:
  ///   - reader: The scene, with the channels of the model.
  ///   - tile: Side of a window, rounded up to a multiple of `step`; nil: as it follows from the
  ///     halo.
  ///   - writer: One band of `Float` for each class.
  ///   - memory: The most bytes to use; nil: as many as it takes. It changes no bit of the result.
  ///   - progress: Told how many windows of how many are computed.
  /// - Throws: `RunError` if the memory is too little, before anything is read; what reading,
  ///   writing or `progress` throws.
  public func map(
    _ reader: SceneReader, tile: Int? = nil, to writer: RasterWriter, memory: Int? = nil,
    progress: (Int, Int) throws -> Void
  ) throws {
    if geometry.blends {
      return try blend(reader, tile: tile, to: writer, memory: memory, progress: progress)
    }
    let tiling = try tiling(of: reader, tile: tile, memory: memory)
    let cache = BlockCache.limit
    BlockCache.set(limit: tiling.cacheBytes)
    defer { BlockCache.set(limit: cache) }
    reserve(try plan(for: tiling.largest))
    let flow = try SceneFlow(tiling.windows, halo: true, from: reader, for: self) {
      try $0.write(to: writer)
    }
    defer { flow.stop() }
    for done in 1...tiling.windows.count {
      try flow.advance(self)
      try progress(done, tiling.windows.count)
    }
    try flow.finish()
  }

  /// Checks that a scene can be mapped with so much memory, before anything is read.
  ///
  /// - Throws: As `map`.
  func checkMemory(for reader: SceneReader, tile: Int?, memory: Int?) throws {
    if geometry.blends {
      let blending = SceneBlending(side: geometry.tile(tile), grid: reader.grid)
      _ = try cacheBytes(blending, reader, memory)
    } else {
      _ = try tiling(of: reader, tile: tile, memory: memory)
    }
  }

  /// Cuts a scene into windows, in as few column strips as `memory` has room for.
  ///
  /// - Throws: `RunError` of kind usage if the memory is too little, naming the least that does, or
  ///   if the machine has too little.
  func tiling(of reader: SceneReader, tile: Int?, memory: Int?) throws -> SceneTiling {
    let side = geometry.tile(tile)
    let columns = (reader.grid.width + side - 1) / side
    let largest = largestFrame(side, in: reader)
    let bytes = try bytes(largest, side, reader)
    let allowed = memory ?? bytes + SceneTiling.usualCacheBytes
    func cut(_ strips: Int) -> SceneTiling {
      SceneTiling(
        side: side, columns: (columns + strips - 1) / strips, largest: largest, otherBytes: bytes,
        geometry: geometry, reader: reader, classes: classCount)
    }
    var tiling = cut(1)
    var strips = 1
    while tiling.peakBytes > allowed, strips < columns {
      strips = min(columns, max(strips + 1, strips * 3 / 2))
      // blocks as wide as the scene are no fewer in a strip
      let other = cut(strips)
      if other.peakBytes < tiling.peakBytes { tiling = other }
    }
    if let memory, tiling.peakBytes > memory {
      throw RunError(
        .usage,
        "--memory \(memory >> 20)M is too small: this scene takes at least "
          + "\((tiling.peakBytes + 0xf_ffff) >> 20)M; a smaller 'tile' takes less")
    }
    return tiling
  }

  /// A window in the middle, or the whole scene if that is smaller.
  private func largestFrame(_ side: Int, in reader: SceneReader) -> WindowFrame {
    func extent(_ size: Int) -> Int { max(step, min(size, side + 2 * halo)) }
    func wanted(_ extent: Int) -> Range<Int> {
      let first = max(0, min(halo, extent - side))
      return first..<min(extent, first + side)
    }
    let (height, width) = (extent(reader.grid.height), extent(reader.grid.width))
    return WindowFrame(
      input: Shape(1, height, width, channels.count),
      wanted: Region(rows: wanted(height), columns: wanted(width)))
  }

  /// Bytes beside GDAL's blocks.
  func bytes(_ largest: WindowFrame, _ side: Int, _ reader: SceneReader) throws -> Int {
    let pixels = min(side, reader.grid.width) * min(side, reader.grid.height)
    let parameters = model.parameters.declarations.reduce(0) { $0 + 4 * $1.count }
    return try SceneTiling.programBytes + plan(for: largest).peakBytes + parameters
      + WindowInput.bytes(largest.input, bands: reader.channels.bands.count)
      + SceneFlow.resultsAtOnce * WindowLogits.bytes(pixels: pixels, classes: classCount)
  }
}
