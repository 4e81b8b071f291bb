import Rasters

extension SeverityStage {
  /// The classes of severity of a scene as labels to train on: weak ones, by thresholds.
  ///
  /// The raster goes to the work folder and need not be mapped otherwise; its values are 0
  /// unburned, 1 low, 2 moderate, 3 high, and nodata where not observed.
  func label(
    _ scene: Scene, by measure: SeverityMeasure = .dnbr, in run: Run
  ) throws -> SceneRaster {
    let aligned = try align.aligned(scene, in: run)
    let offset = try self.offset(scene, aligned, in: run)
    let reader = try SeverityReader(aligned, channels: channels, offset: offset.value)
    let path = try run.workPath("severity/\(scene.name)_label.tif")
    var description = RasterDescription.classMap(
      grid: reader.grid, band: "severity", classes: SeverityClasses.all)
    description.layout = .tiled
    let writer = try RasterWriter(path: path, description: description)
    let limits = (thresholds[measure] ?? []).map { Float($0) }
    for window in reader.grid.windows(side: 512) {
      let values = try reader.read(window)[measure] ?? []
      try writer.write(
        window, band: 1, SeverityClasses.classes(values, thresholds: limits))
    }
    try writer.finish()
    return SceneRaster(path: path)
  }
}
