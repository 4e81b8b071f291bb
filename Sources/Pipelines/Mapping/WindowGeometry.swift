import Engine
import Models
import Rasters

/// Which pixels the network sees of a window: the window with a halo, at least as large as the
/// network needs.
struct WindowGeometry: Sendable {
  /// Pixels around each window.
  let halo: Int
  /// Windows start at multiples of this; the least side of what is computed.
  let step: Int
  /// Whether windows of a map overlap by half and are blended.
  ///
  /// So they are where the network sees the whole of what it is given. `halo` is then only what
  /// single windows are seen with.
  let blends: Bool

  /// The smallest window by default.
  private static let leastTile = 384
  /// Sides of a window by default, in halos.
  ///
  /// A U-Net computes 1.6 times as much for windows of four as
  /// for the scene at once (its encoder 9 pixels for 4 mapped, its decoder hardly more than the
  /// window); six would need 1.4 times, and twice the memory.
  private static let tileHalos = 4

  /// Side of blended windows by default, and of what single ones see around them.
  private static let blended = (tile: 512, halo: 64)

  /// Takes the halo that the receptive field needs, unless another is given.
  init(_ graph: Graph, halo given: Int?) {
    blends = graph.halo == nil
    step = graph.totalStride
    let needed = graph.halo ?? WindowGeometry.blended.halo
    halo = ((given ?? needed) + step - 1) / step * step
  }

  /// Side of the windows of a scene: as given, rounded up to a multiple of the stride; by default
  /// it follows from the halo alone, or is 512 where windows are blended.
  func tile(_ given: Int?) -> Int {
    let usual =
      blends
      ? WindowGeometry.blended.tile
      : max(WindowGeometry.leastTile, WindowGeometry.tileHalos * halo)
    let side = given ?? usual
    return (side + step - 1) / step * step
  }

  /// What is computed for a window; it may reach beyond a scene that is smaller than the network
  /// needs.
  func computed(_ window: Window, in grid: Grid) -> Window {
    let wide = window.expanded(by: halo, within: grid.window)
    return Window(
      x: wide.x, y: wide.y, width: max(wide.width, step), height: max(wide.height, step))
  }
}
