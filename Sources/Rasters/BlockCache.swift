import CGDAL
import Synchronization

/// GDAL's cache of decoded blocks, which all rasters of the process share.
public enum BlockCache {
  /// The most bytes that it holds.
  public static var limit: Int { Int(GDALGetCacheMax64()) }

  /// The limit if the user set it by `GDAL_CACHEMAX`; nil: the program may choose.
  public static var userLimit: Int? {
    CPLGetConfigOption("GDAL_CACHEMAX", nil) == nil ? nil : limit
  }

  private static let isOwned = Mutex(false)

  /// Lets `set(limit:)` act from now on: the program has the process to itself.
  ///
  /// A small cache makes whoever reads write out the blocks of others, which GDAL 3.6 does not bear
  /// while those close their files, as tests beside each other do.
  public static func own() { isOwned.withLock { $0 = true } }

  /// Sets the limit, unless the user did, or others use GDAL in this process.
  public static func set(limit bytes: Int) {
    guard userLimit == nil, isOwned.withLock({ $0 }) else { return }
    GDALSetCacheMax64(GIntBig(bytes))
  }
}

extension BlockCache {
  /// Has blocks and other large buffers go back to the system as soon as they are freed.
  ///
  /// For the whole process; to be called before it opens anything.
  public static func returnFreedMemory() { rs_return_freed_memory() }
}

extension BandSet {
  /// Bytes of the blocks that GDAL decodes to read a window; an estimate where bands are warped.
  public func cacheBytes(_ window: Window) -> Int {
    groups.reduce(0) { $0 + $1.source.cacheBytes(window, bands: $1.bands) }
  }
}

extension AlignedSource {
  /// Bytes of the blocks that are decoded to read a window of the grid, and of the warper's own.
  func cacheBytes(_ window: Window, bands: [Int]) -> Int {
    guard let inside = window.intersection(grid.window) else { return 0 }
    switch place {
    case .shifted(let x, let y):
      let there = inside.shifted(x: x, y: y).intersection(raster.grid.window)
      return there.map { raster.cacheBytes($0, bands: bands) } ?? 0
    case .warped(let scaleX, let scaleY):
      let own = inside.blocks(of: WarpedDataset.blockSize) * Set(bands).count * 4
      // somewhere in the raster: where does not matter to how many blocks it takes
      let source = Window(
        x: 0, y: 0, width: min(raster.grid.width, Int(Double(inside.width) / scaleX) + 1),
        height: min(raster.grid.height, Int(Double(inside.height) / scaleY) + 1))
      let block = raster.decodedBlockSize
      let around = source.expanded(by: max(block.width, block.height), within: raster.grid.window)
      return own + raster.cacheBytes(around, bands: bands)
    }
  }
}

extension Raster {
  /// Bytes of the blocks that are decoded to read a window.
  public func cacheBytes(_ window: Window, bands numbers: [Int]) -> Int {
    // blocks that hold all bands are decoded and kept as a whole
    let interleaving = dataset.use {
      GDALGetMetadataItem($0, "INTERLEAVE", "IMAGE_STRUCTURE").map { String(cString: $0) }
    }
    let holdsAllBands = interleaving == "PIXEL"
    let read = holdsAllBands ? bands : Set(numbers).map { bands[$0 - 1] }
    let masks = Set(read.flatMap { self.masks(of: $0) }).count
    let bytes = read.reduce(masks) { $0 + $1.format.bytes }
    return window.blocks(of: decodedBlockSize) * bytes
  }

  /// The size of the blocks that are kept; a view of other files says nothing about theirs.
  fileprivate var decodedBlockSize: (width: Int, height: Int) {
    driver == "VRT" || blockSize.width <= 0 ? (512, 512) : blockSize
  }
}

extension Window {
  /// Pixels of the blocks that the window touches.
  fileprivate func blocks(of size: (width: Int, height: Int)) -> Int {
    let columns = (endX + size.width - 1) / size.width - x / size.width
    let rows = (endY + size.height - 1) / size.height - y / size.height
    return columns * rows * size.width * size.height
  }
}
