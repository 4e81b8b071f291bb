import Rasters

extension PipelineFile {
  /// Checks that every input can be opened, has the bands asked for and lies on the scene's grid.
  ///
  /// - Throws: `RasterError` or `RunError` naming the file.
  public func checkHeaders() throws {
    for case let align as AlignStage in stages {
      for scene in align.scenes {
        let aligned = try AlignedScene(
          rasters: scene.rasters, order: align.rasters, bands: align.bands,
          gridImage: align.gridImage, resampling: align.resampling)
        let grid = try aligned.open().grid
        guard let label = scene.label else { continue }
        _ = try AlignedSource(
          Raster(path: label.path, nodata: label.nodata), on: grid, resampling: .nearest)
      }
    }
  }
}
