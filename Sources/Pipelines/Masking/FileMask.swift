import Configuration
import Rasters

/// Which values of a mask raster hide a pixel.
enum FileMaskRule: Sendable, Equatable {
  /// Any of these bits is set.
  case bits(Int32)
  /// The value is one of these.
  case values(Set<Int32>)
  /// Any value but 0.
  case nonzero

  /// The bits of Landsat Collection 2 QA_PIXEL by name (USGS LSDS-1618, table 6-2).
  static let bitNames = [
    "fill", "dilated_cloud", "cirrus", "cloud", "cloud_shadow", "snow", "clear", "water",
  ]

  /// Whether a value hides a pixel; a pixel without a value stays.
  func hides(_ value: Int32?) -> Bool {
    guard let value else { return false }
    return switch self {
    case .bits(let bits): value & bits != 0
    case .values(let values): values.contains(value)
    case .nonzero: value != 0
    }
  }
}

/// Reads which pixels the mask rasters of a scene hide.
///
/// Belongs to one thread.
struct FileMask {
  private let sources: [AlignedSource]
  private let rule: FileMaskRule

  /// Opens the rasters on a grid; others are resampled by the nearest pixel.
  init(_ rasters: [SceneRaster], on grid: Grid, rule: FileMaskRule) throws {
    sources = try rasters.map {
      let source = try AlignedSource(
        Raster(path: $0.path, nodata: $0.nodata), on: grid, resampling: .nearest)
      try source.prepare(bands: [1])
      return source
    }
    self.rule = rule
  }

  /// Whether each pixel of a window is hidden; empty without rasters.
  func hidden(_ window: Window) throws -> [Bool] {
    var hidden: [Bool] = []
    for source in sources {
      let flags = try source.readClasses(window, band: 1).map(rule.hides)
      hidden = hidden.isEmpty ? flags : zip(hidden, flags).map { $0 || $1 }
    }
    return hidden
  }
}
