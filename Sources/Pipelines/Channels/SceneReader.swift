import Rasters

/// Reads windows of a scene as channels.
///
/// Belongs to one thread at a time.
public final class SceneReader {
  /// The channels, in the order of the planes.
  public let channels: ChannelSet
  /// The grid.
  public let grid: Grid
  private let bands: BandSet
  private let mask: PixelMask?
  private var bandPlanes: [Float] = []

  /// Opens a scene.
  ///
  /// - Parameters:
  ///   - scene: Where the bands are.
  ///   - channels: What to compute from them; only the bands it needs are read.
  public init(_ scene: AlignedScene, channels: ChannelSet) throws {
    let pruned = channels.pruned
    self.channels = pruned
    bands = try scene.selecting(pruned.bands).open()
    grid = bands.grid
    mask = try scene.mask.flatMap { $0.hidesLabelsOnly ? nil : try PixelMask(path: $0.path) }
  }

  /// Reads a window: channels plane after plane, row after row.
  ///
  /// A pixel that any channel lacks is NaN in all of them: it is not observed.
  ///
  /// - Parameters:
  ///   - window: It may reach beyond the grid; there nothing is observed.
  ///   - planes: Sized and written.
  ///   - changes: A gain and a shift for each band that is read, applied before channels are
  ///     computed; empty: none.
  public func read(
    _ window: Window, into planes: inout [Float], changing changes: [BandChange] = []
  ) throws {
    let count = window.pixelCount
    if bandPlanes.count < bands.members.count * count {
      bandPlanes = [Float](repeating: 0, count: bands.members.count * count)
    }
    if planes.count != channels.channels.count * count {
      planes = [Float](repeating: 0, count: channels.channels.count * count)
    }
    try bandPlanes.withUnsafeMutableBufferPointer { try bands.read(window, into: $0) }
    apply(changes, count)
    try mask?.forEachHidden(in: window) { pixel in
      for band in bands.members.indices { bandPlanes[band * count + pixel] = .nan }
    }
    planes.withUnsafeMutableBufferPointer { planes in
      bandPlanes.withUnsafeBufferPointer { bandPlanes in
        guard let planes = planes.baseAddress, let bandPlanes = bandPlanes.baseAddress
        else { return }
        channels.evaluate(bandPlanes, count: count, into: planes)
        hideUnobserved(planes, count)
      }
    }
  }

  /// Bytes of the blocks that GDAL decodes to read a window; an estimate where bands are warped.
  func cacheBytes(_ window: Window) -> Int {
    bands.cacheBytes(window) + (mask?.cacheBytes(window) ?? 0)
  }

  private func apply(_ changes: [BandChange], _ count: Int) {
    // on the buffer: an access to a property is checked for each pixel
    bandPlanes.withUnsafeMutableBufferPointer { planes in
      for (band, change) in changes.enumerated() {
        for pixel in band * count..<(band + 1) * count {
          planes[pixel] = planes[pixel] * change.gain + change.shift
        }
      }
      for (band, change) in changes.enumerated() {
        guard let earlier = change.earlier else { continue }
        for pixel in 0..<count {
          let before = planes[earlier * count + pixel]
          let after = planes[band * count + pixel]
          planes[band * count + pixel] = before + change.share * (after - before)
        }
      }
    }
  }

  private func hideUnobserved(_ planes: UnsafeMutablePointer<Float>, _ count: Int) {
    let channelCount = channels.channels.count
    for pixel in 0..<count {
      var isObserved = true
      for channel in 0..<channelCount where !planes[channel * count + pixel].isFinite {
        isObserved = false
        break
      }
      guard !isObserved else { continue }
      for channel in 0..<channelCount { planes[channel * count + pixel] = .nan }
    }
  }
}

/// A change of one band: `value · gain + shift`, then perhaps a weaker change between two dates.
public struct BandChange: Sendable, Equatable {
  /// The factor.
  public var gain: Float
  /// The term, in the band's unit.
  public var shift: Float
  /// The same band on the earlier date; nil: none.
  public var earlier: Int?
  /// The share of the change since the earlier date that is kept.
  public var share: Float = 1
}

extension Grid {
  /// The grid cut into windows of at most this size, row after row.
  public func windows(side: Int) -> [Window] {
    stride(from: 0, to: height, by: side).flatMap { y in
      stride(from: 0, to: width, by: side).map { x in
        Window(x: x, y: y, width: min(side, width - x), height: min(side, height - y))
      }
    }
  }
}
