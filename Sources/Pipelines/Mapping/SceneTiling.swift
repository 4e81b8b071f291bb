import Engine
import Rasters

/// The windows of a scene in the order in which they are mapped, and the memory that this takes.
///
/// Windows go row after row, from left to right. A window and those below it share the rows of two
/// halos: if GDAL keeps the blocks of a row of windows, each is decoded once. Where there is no room
/// for that, columns of windows are mapped one strip after another, and only blocks under the edge of
/// two strips are decoded twice.
struct SceneTiling {
  /// All windows.
  let windows: [Window]
  /// What takes most memory of the network.
  let largest: WindowFrame
  /// Bytes of GDAL's block cache.
  let cacheBytes: Int
  /// All bytes, to a few hundredths.
  let peakBytes: Int

  /// Bytes of the program, its libraries and its open files.
  static let programBytes = 64 << 20
  /// What GDAL's blocks may take where nobody says how much memory to use: the memory does not grow
  /// with the scene, and strips are wide enough that little is decoded twice.
  static let usualCacheBytes = 128 << 20
  /// Strips, and rows of windows of each, whose blocks are counted.
  private static let sample = 64
  /// Side of the blocks that are written.
  private static let writtenBlock = 512

  /// Cuts a scene.
  ///
  /// - Parameters:
  ///   - side: Side of a window, a multiple of the stride.
  ///   - columns: Windows beside each other in a strip.
  ///   - largest: What takes most memory of the network.
  ///   - otherBytes: Bytes beside GDAL's cache.
  ///   - geometry: What is read for a window.
  ///   - reader: The scene.
  ///   - classes: Bands that are written.
  init(
    side: Int, columns: Int, largest: WindowFrame, otherBytes: Int, geometry: WindowGeometry,
    reader: SceneReader, classes: Int
  ) {
    let grid = reader.grid
    let strips = stride(from: 0, to: grid.width, by: columns * side).map {
      Window(x: $0, y: 0, width: min(columns * side, grid.width - $0), height: grid.height)
    }
    windows = strips.flatMap { $0.windows(side: side) }
    // how windows lie on blocks comes again and again: a part tells for all
    let rows = strips.prefix(SceneTiling.sample).flatMap { strip in
      stride(from: 0, to: grid.height, by: side).prefix(SceneTiling.sample).map {
        Window(x: strip.x, y: $0, width: strip.width, height: min(side, grid.height - $0))
      }
    }
    let read = rows.map { row in
      let wide = row.expanded(by: geometry.halo, within: grid.window)
      // and a column of blocks, which is there before the one that it takes the place of can go
      return reader.cacheBytes(wide) + reader.cacheBytes(wide.first(columns: 1))
    }
    let written = windows.prefix(SceneTiling.sample * SceneTiling.sample).map {
      4 * classes * $0.rounded(to: SceneTiling.writtenBlock).pixelCount
    }
    cacheBytes = BlockCache.userLimit ?? (read.max() ?? 0) + (written.max() ?? 0)
    self.largest = largest
    peakBytes = otherBytes + cacheBytes
  }
}

extension Window {
  /// The first columns of the window.
  fileprivate func first(columns: Int) -> Window {
    Window(x: x, y: y, width: min(columns, width), height: height)
  }

  /// The window cut into windows of at most this size, row after row.
  func windows(side: Int) -> [Window] {
    stride(from: y, to: endY, by: side).flatMap { top in
      stride(from: x, to: endX, by: side).map { left in
        Window(
          x: left, y: top, width: min(side, endX - left), height: min(side, endY - top))
      }
    }
  }

  /// The smallest window of whole blocks around this one.
  func rounded(to block: Int) -> Window {
    let (left, top) = (x / block * block, y / block * block)
    return Window(
      x: left, y: top, width: (endX + block - 1) / block * block - left,
      height: (endY + block - 1) / block * block - top)
  }
}
