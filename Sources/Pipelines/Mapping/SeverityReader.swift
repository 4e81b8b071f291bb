import Rasters

/// Reads windows of a scene as measures of burn severity.
///
/// Belongs to one thread at a time.
final class SeverityReader {
  /// The grid.
  var grid: Grid { reader.grid }
  private let reader: SceneReader
  private let offset: Float
  private var planes: [Float] = []

  /// Opens a scene.
  ///
  /// - Parameters:
  ///   - scene: Where the bands are.
  ///   - channels: dNBR, then NBR before.
  ///   - offset: dNBR where nothing burned.
  init(_ scene: AlignedScene, channels: ChannelSet, offset: Double) throws {
    reader = try SceneReader(scene, channels: channels)
    self.offset = Float(offset)
  }

  /// Reads a window: for each measure its values, row after row, NaN where not observed.
  func read(_ window: Window) throws -> [SeverityMeasure: [Float]] {
    try reader.read(window, into: &planes)
    let count = window.pixelCount
    return Dictionary(
      uniqueKeysWithValues: SeverityMeasure.allCases.map { measure in
        let values = (0..<count).map {
          measure.value(dnbr: planes[$0], before: planes[count + $0], offset: offset)
        }
        return (measure, values)
      })
  }
}
