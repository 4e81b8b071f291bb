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

  /// The smallest window by default.
  private static let leastTile = 384
  /// Sides of a window by default, in halos.
  ///
  /// A U-Net computes 1.6 times as much for windows of four as
  /// for the scene at once (its encoder 9 pixels for 4 mapped, its decoder hardly more than the
  /// window); six would need 1.4 times, and twice the memory.
  private static let tileHalos = 4

  /// Takes the halo that the receptive field needs, unless another is given.
  ///
  /// - Throws: `RunError` if the receptive field is not finite.
  init(_ graph: Graph, halo given: Int?) throws {
    guard let needed = graph.halo else {
      throw RunError(.failed, "a network that sees the whole image cannot be run by windows yet")
    }
    step = graph.totalStride
    halo = given.map { [step] in ($0 + step - 1) / step * step } ?? needed
  }

  /// Side of the windows of a scene: as given, rounded up to a multiple of the stride; by default
  /// it follows from the halo alone.
  func tile(_ given: Int?) -> Int {
    let side = given ?? max(WindowGeometry.leastTile, WindowGeometry.tileHalos * halo)
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
