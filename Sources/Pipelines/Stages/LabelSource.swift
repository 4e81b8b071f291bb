import Rasters

/// Tells where the labels of a scene are; stages that need labels find it by `EarlierStages.labels`.
public protocol LabelSource: Sendable {
  /// Whether it is meant to: a stage may give labels by a setting only.
  var isLabelling: Bool { get }
  /// Whether a scene has labels.
  func hasLabels(_ scene: Scene) -> Bool
  /// Whether a scene's labels are guessed from an index, so that agreement with them says nothing
  /// about accuracy.
  func isWeak(_ scene: Scene) -> Bool
  /// Checks that the labels of a scene can be opened on its grid; reads no pixel.
  ///
  /// - Throws: `RasterError` or `RunError` naming the file.
  func checkLabels(of scene: Scene, on grid: Grid) throws
  /// Opens the labels of a scene for one thread.
  ///
  /// - Throws: `RasterError` or `RunError` naming the file.
  func labels(_ scene: Scene, on aligned: AlignedScene, in run: Run) throws -> LabelReader
}

extension LabelSource {
  /// Most are there for nothing else.
  public var isLabelling: Bool { true }
}

extension Sequence<any Stage> {
  /// The first that gives labels.
  var labelSource: (any LabelSource)? {
    for case let source as any LabelSource in self where source.isLabelling { return source }
    return nil
  }
}

/// The labels are rasters of the scenes: without a stage `labels`.
struct SceneLabels: LabelSource {
  let classes: ClassList

  func hasLabels(_ scene: Scene) -> Bool { scene.label != nil }

  func isWeak(_ scene: Scene) -> Bool { false }

  func checkLabels(of scene: Scene, on grid: Grid) throws {
    guard let label = scene.label else { return }
    guard !VectorLayer.isVector(label.path) else { throw SceneLabels.vectorError(label) }
    _ = try AlignedSource(
      Raster(path: label.path, nodata: label.nodata), on: grid, resampling: .nearest)
  }

  func labels(_ scene: Scene, on aligned: AlignedScene, in run: Run) throws -> LabelReader {
    guard let label = scene.label else {
      preconditionFailure("scene '\(scene.name)' was checked to have labels")
    }
    guard !VectorLayer.isVector(label.path) else { throw SceneLabels.vectorError(label) }
    let reader = try LabelReader(
      label, on: aligned.grid(), classes: classes, hiding: aligned.mask)
    reader.tellMask(label, classes, in: run)
    return reader
  }

  private static func vectorError(_ label: SceneRaster) -> RunError {
    RunError(
      .input,
      "\(label.path): the label is a vector file; add the stage 'labels' after 'align' to "
        + "rasterise it")
  }
}

extension LabelReader {
  /// Says that a raster was taken for a mask.
  func tellMask(_ label: SceneRaster, _ classes: ClassList, in run: Run) {
    guard isMask else { return }
    run.note(
      "labels 0/255 of \(label.path) read as a mask: 255 is class '\(classes.items[1].name)'")
  }
}

extension EarlierStages {
  /// Where labels are: as the latest stage that makes some says, else as the scenes say.
  public func labels(_ classes: ClassList) -> any LabelSource {
    stages.reversed().labelSource ?? SceneLabels(classes: classes)
  }
}
