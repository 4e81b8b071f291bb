import Configuration

/// One number per pixel that a network sees or that is written as a raster.
///
/// Names: `post.nir` a band of an image; `post.nbr` an index of an image; `dnbr` the index before
/// minus after (for any index); `rdnbr` that relative to the value before.
public struct Channel: Sendable, Equatable {
  /// How it comes from the bands.
  enum Formula: Sendable, Equatable {
    case band(Int)
    case index(String, [Int])
    case difference(String, before: [Int], after: [Int])
    case relativeDifference(String, before: [Int], after: [Int])

    var bands: [Int] {
      switch self {
      case .band(let band): [band]
      case .index(_, let bands): bands
      case .difference(_, let before, let after), .relativeDifference(_, let before, let after):
        before + after
      }
    }

    func mappingBands(_ position: (Int) -> Int) -> Formula {
      switch self {
      case .band(let band): .band(position(band))
      case .index(let name, let bands): .index(name, bands.map(position))
      case .difference(let name, let before, let after):
        .difference(name, before: before.map(position), after: after.map(position))
      case .relativeDifference(let name, let before, let after):
        .relativeDifference(name, before: before.map(position), after: after.map(position))
      }
    }
  }

  /// The name.
  public let name: String
  let formula: Formula
}

/// Channels that can be computed from the bands of aligned images.
public struct ChannelSet: Sendable, Equatable {
  /// The bands that are read, as `image.band`, in order.
  public let bands: [String]
  /// The channels in order.
  public let channels: [Channel]
  /// The image before, for differences.
  public let before: String
  /// The image after, for differences.
  public let after: String

  /// The names of the channels.
  public var names: [String] { channels.map(\.name) }

  /// The bands themselves as channels.
  public init(bands: [String], before: String = "pre", after: String = "post") {
    self.bands = bands
    self.before = before
    self.after = after
    channels = bands.enumerated().map { Channel(name: $1, formula: .band($0)) }
  }

  private init(bands: [String], channels: [Channel], before: String, after: String) {
    self.bands = bands
    self.channels = channels
    self.before = before
    self.after = after
  }

  /// These channels by name.
  ///
  /// - Throws: `ChannelError` for a name that is none, or an index that lacks a band.
  public func selecting(_ names: [String]) throws -> ChannelSet {
    ChannelSet(
      bands: bands, channels: try names.map(channel), before: before, after: after)
  }

  /// The same channels, reading only the bands that they need.
  public var pruned: ChannelSet {
    let used = Set(channels.flatMap(\.formula.bands)).sorted()
    let position = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
    return ChannelSet(
      bands: used.map { bands[$0] },
      channels: channels.map {
        Channel(name: $0.name, formula: $0.formula.mappingBands { position[$0] ?? 0 })
      }, before: before, after: after)
  }

  /// The channels, then more by name; a name that is there already is not added again.
  public func adding(_ names: [String]) throws -> ChannelSet {
    var channels = channels
    for name in names where !channels.contains(where: { $0.name == name }) {
      channels.append(try channel(name))
    }
    return ChannelSet(bands: bands, channels: channels, before: before, after: after)
  }

  /// The channel of a name.
  private func channel(_ name: String) throws -> Channel {
    if let index = bands.firstIndex(of: name) { return Channel(name: name, formula: .band(index)) }
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    if parts.count == 2, let index = SpectralIndex.named(parts[1]) {
      return Channel(name: name, formula: .index(index.name, try bands(of: index, in: parts[0])))
    }
    if name.hasPrefix("rd"), let index = SpectralIndex.named(String(name.dropFirst(2))) {
      try checkImages(name)
      return Channel(
        name: name,
        formula: .relativeDifference(
          index.name, before: try bands(of: index, in: before),
          after: try bands(of: index, in: after)))
    }
    if name.hasPrefix("d"), let index = SpectralIndex.named(String(name.dropFirst())) {
      try checkImages(name)
      return Channel(
        name: name,
        formula: .difference(
          index.name, before: try bands(of: index, in: before),
          after: try bands(of: index, in: after)))
    }
    throw ChannelError(unknown(name))
  }

  /// The difference of an image and itself is 0 everywhere: a mistake, not a channel.
  private func checkImages(_ name: String) throws {
    guard before == after else { return }
    throw ChannelError(
      "\(name) is a difference of two images, 'before' and 'after' are both '\(after)'")
  }

  private func bands(of index: SpectralIndex, in image: String) throws -> [Int] {
    try index.bands.map { band in
      guard let position = bands.firstIndex(of: "\(image).\(band)") else {
        throw ChannelError(
          "\(index.name) needs the band \(band), which '\(image)' lacks: it has "
            + bandNames(of: image))
      }
      return position
    }
  }

  private func bandNames(of image: String) -> String {
    let names = bands.filter { $0.hasPrefix("\(image).") }.map { $0.dropFirst(image.count + 1) }
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }

  private func unknown(_ name: String) -> String {
    let images = bands.reduce(into: [String]()) { images, band in
      let image = String(band.prefix { $0 != "." })
      if !images.contains(image) { images.append(image) }
    }
    let indices = SpectralIndex.all.map(\.name)
    let known =
      bands + images.flatMap { image in indices.map { "\(image).\($0)" } }
      + indices.flatMap { ["d\($0)", "rd\($0)"] }
    let hint = nearest(name, in: known).map { " Did you mean '\($0)'?" } ?? ""
    return
      "unknown channel '\(name)'.\(hint) Channels are bands (\(bands.first ?? "post.nir"), …), "
      + "indices of an image (\(images.last ?? "post").nbr) and differences (dnbr, rdnbr); indices: "
      + indices.joined(separator: ", ")
  }

  /// Of a list of channels those that can be computed, and the reasons against the others.
  public func possible(of names: [String]) -> (names: [String], left: [String]) {
    var (found, left) = ([String](), [String]())
    for name in names {
      do {
        _ = try channel(name)
        found.append(name)
      } catch {
        left.append("\(name) (\(error))")
      }
    }
    return (found, left)
  }
}

/// A channel that cannot be computed, in one line.
public struct ChannelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is missing and what there is.
  public let description: String

  init(_ description: String) { self.description = description }
}
