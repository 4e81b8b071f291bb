import Rasters

/// Reads which pixels of a scene are hidden.
///
/// Belongs to one thread.
final class PixelMask {
  private let raster: Raster

  /// Opens a mask as the stage `mask` writes it, on the scene's grid.
  init(path: String) throws { raster = try Raster(path: path) }

  /// Bytes of the blocks that GDAL decodes to read a window.
  func cacheBytes(_ window: Window) -> Int {
    window.intersection(raster.grid.window).map { raster.cacheBytes($0, bands: [1]) } ?? 0
  }

  /// Goes through the hidden pixels of a window, counted row after row; it may reach beyond the
  /// grid.
  func forEachHidden(in window: Window, _ body: (Int) -> Void) throws {
    guard let inside = window.intersection(raster.grid.window) else { return }
    let codes = try raster.read(inside, bands: [1])
    for row in 0..<inside.height {
      let start = (inside.y - window.y + row) * window.width + inside.x - window.x
      for column in 0..<inside.width where codes[row * inside.width + column] != 0 {
        body(start + column)
      }
    }
  }
}
