/// The named channels of several aligned rasters on one grid, in order.
///
/// Belongs to one thread at a time, as its sources do.
public final class BandSet {
  /// One channel: a band of a source.
  public struct Member {
    /// The name of the channel.
    public let name: String
    /// The raster it comes from; members of one raster should share one source.
    public let source: AlignedSource
    /// The band number in the raster, from 1.
    public let band: Int
    /// Overrides of the file's scale and offset.
    public let scale: BandScale

    /// Makes a member; nil takes the file's scale and offset.
    public init(
      name: String, source: AlignedSource, band: Int, scale: Double? = nil, offset: Double? = nil
    ) {
      self.name = name
      self.source = source
      self.band = band
      self.scale = BandScale(scale: scale, offset: offset)
    }
  }

  /// The grid of all channels.
  public let grid: Grid
  /// The channels in order.
  public let members: [Member]
  let groups: [Group]

  /// The channels that come from one source, read in one call.
  struct Group {
    let source: AlignedSource
    var channels: [Int]
    var bands: [Int]
    var scales: [BandScale]

    /// Whether the channels follow one another, so that they are read in place.
    var isContiguous: Bool {
      zip(channels, channels.dropFirst()).allSatisfy { $0 + 1 == $1 }
    }
  }

  /// Makes a set; no pixel is read.
  ///
  /// - Throws: `RasterError` if a band is missing or of complex type.
  public init(grid: Grid, members: [Member]) throws {
    self.grid = grid
    self.members = members
    var groups: [Group] = []
    for (channel, member) in members.enumerated() {
      precondition(member.source.grid == grid, "\(member.name) is aligned with another grid")
      let index = groups.firstIndex { $0.source === member.source } ?? groups.endIndex
      if index == groups.endIndex {
        groups.append(Group(source: member.source, channels: [], bands: [], scales: []))
      }
      groups[index].channels.append(channel)
      groups[index].bands.append(member.band)
      groups[index].scales.append(member.scale)
    }
    for group in groups { try group.source.prepare(bands: group.bands) }
    self.groups = groups
  }

  /// The names of the channels in order.
  public var names: [String] { members.map(\.name) }

  /// Reads a window of all channels, planar: channel after channel, row after row.
  ///
  /// - Parameters:
  ///   - window: may reach beyond the grid; there it is NaN.
  ///   - destination: `members.count · window.pixelCount` samples, all of which are written.
  /// - Throws: `RasterError` if GDAL cannot read.
  public func read(_ window: Window, into destination: UnsafeMutableBufferPointer<Float>) throws {
    let plane = window.pixelCount
    precondition(
      destination.count >= members.count * plane,
      "\(destination.count) samples of \(members.count * plane)")
    guard plane > 0 else { return }
    for group in groups {
      let count = group.channels.count
      if group.isContiguous, let first = group.channels.first {
        let part = UnsafeMutableBufferPointer(
          rebasing: destination[(first * plane)..<((first + count) * plane)])
        try group.source.read(window, bands: group.bands, into: part, scales: group.scales)
        continue
      }
      let scratch = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * plane)
      defer { scratch.deallocate() }
      try group.source.read(window, bands: group.bands, into: scratch, scales: group.scales)
      for (index, channel) in group.channels.enumerated() {
        _ = destination[(channel * plane)..<((channel + 1) * plane)]
          .update(fromContentsOf: scratch[(index * plane)..<((index + 1) * plane)])
      }
    }
  }

  /// Reads a window of all channels into an array, planar.
  public func read(_ window: Window) throws -> [Float] {
    let total = members.count * window.pixelCount
    return try [Float](unsafeUninitializedCapacity: total) { buffer, count in
      try read(window, into: buffer)
      count = total
    }
  }
}
