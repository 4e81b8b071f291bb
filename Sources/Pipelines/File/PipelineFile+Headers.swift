import Rasters

extension PipelineFile {
  /// Checks that every input can be opened, has the bands asked for and lies on the scene's grid.
  ///
  /// - Throws: `RasterError` or `RunError` naming the file.
  public func checkHeaders() throws {
    let labels = stages.labelSource ?? SceneLabels(classes: classes)
    let masks = stages.compactMap { $0 as? MaskStage }
    for case let align as AlignStage in stages {
      for scene in align.scenes {
        let aligned = try AlignedScene(
          rasters: scene.rasters, order: align.rasters, bands: align.bands,
          layers: align.layers, gridImage: align.gridImage, resampling: align.resampling)
        let grid = try aligned.open().grid
        try labels.checkLabels(of: scene, on: grid)
        try masks.first?.checkRasters(of: scene, on: grid)
      }
    }
  }
}
