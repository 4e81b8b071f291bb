import Rasters

extension WindowPredictor {
  /// Writes the probabilities of a whole scene, window after window; what is not observed stays
  /// nodata.
  ///
  /// - Parameters:
  ///   - reader: The scene, with the channels of the model.
  ///   - tile: Side of a window, rounded up to a multiple of `step`.
  ///   - writer: One band of `Float` for each class.
  ///   - progress: Told how many windows of how many are done.
  public func map(
    _ reader: SceneReader, tile: Int, to writer: RasterWriter,
    progress: (Int, Int) throws -> Void
  ) throws {
    let side = (tile + step - 1) / step * step
    let windows = reader.grid.windows(side: side)
    for (done, window) in windows.enumerated() {
      if let probabilities = try predict(window, from: reader) {
        try probabilities.withUnsafeBufferPointer { planes in
          for k in 0..<classCount {
            let plane = k * window.pixelCount..<(k + 1) * window.pixelCount
            try writer.write(window, band: k + 1, UnsafeBufferPointer(rebasing: planes[plane]))
          }
        }
      }
      try progress(done + 1, windows.count)
    }
  }
}
