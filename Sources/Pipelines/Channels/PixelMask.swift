import Rasters

/// Reads which pixels of a scene are hidden.
///
/// Belongs to one thread.
final class PixelMask {
  private let raster: Raster

  /// Opens a mask as the stage `mask` writes it, on the scene's grid.
  init(path: String) throws { raster = try Raster(path: path) }

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
