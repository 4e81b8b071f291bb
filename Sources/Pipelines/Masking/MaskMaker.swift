import Rasters

/// Finds the reason to hide each pixel of a scene, window after window.
///
/// A window is read with as many pixels around as the tests look at, so the result doesn't depend on
/// the windows. Belongs to one thread.
final class MaskMaker {
  let grid: Grid
  let dates: [String: String]
  private let bands: BandSet
  private let images: [SpectralTests.ImageBands]
  private let file: FileMask
  private let tests: SpectralTests

  init(
    _ scene: AlignedScene, masks: [SceneRaster], rule: FileMaskRule, tests: SpectralTests
  ) throws {
    // the tests are about reflectance, which a layer such as elevation is not
    let scene = try scene.selecting(scene.bandNames.filter { $0.contains(".") })
    bands = try scene.open()
    grid = bands.grid
    dates = scene.dates
    self.tests = tests
    file = try FileMask(masks, on: grid, rule: rule)
    images = try scene.sources.indices.compactMap { source in
      let planes = scene.bands.indices.filter { scene.bands[$0].source == source }
      if planes.isEmpty { return nil }
      let raster = try Raster(path: scene.sources[source].path)
      let names = planes.map { plane in
        (String(scene.bands[plane].name.drop { $0 != "." }.dropFirst()), plane)
      }
      return SpectralTests.ImageBands(
        all: planes, greatest: planes.map { MaskMaker.greatest(scene.bands[$0], raster) },
        named: Dictionary(names) { first, _ in first })
    }
  }

  /// The value of each pixel of a window in the mask.
  func reasons(_ window: Window) throws -> [UInt8] {
    let wide = window.expanded(by: tests.halo, within: grid.window)
    let planes = try bands.read(wide)
    let files = try file.hidden(window)
    let found = images.map {
      tests.reasons(planes, $0, width: wide.width, height: wide.height)
    }
    return (0..<window.pixelCount).map { pixel in
      let there =
        (window.y - wide.y + pixel / window.width) * wide.width + window.x - wide.x
        + pixel % window.width
      let reasons = found.map { $0[there] } + (!files.isEmpty && files[pixel] ? [.file] : [])
      return (HiddenReason.order.first(where: reasons.contains) ?? .good).rawValue
    }
  }

  /// The greatest number that a band's type can store, in reflectance; infinite for real numbers,
  /// and where that number means something else.
  private static func greatest(_ band: AlignedScene.Band, _ raster: Raster) -> Float {
    let info = raster.bands[band.number - 1]
    let stored: Double? =
      switch info.typeName {
      case "Byte": 255
      case "UInt16": 65_535
      case "Int16": 32_767
      default: nil
      }
    guard let stored else { return .infinity }
    return Float(stored * (band.scale ?? info.scale) + (band.offset ?? info.offset)).nextDown
  }
}
