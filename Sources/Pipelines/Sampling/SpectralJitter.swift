import Engine

/// Random gains and shifts of the bands of a training window, so that a network does not rely on one
/// calibration, haze or season.
///
/// Most of a change is common to a band on all dates, as a calibration is; a third is drawn for each
/// date alone. The change between two dates can be weakened by a random share, since fires elsewhere
/// may be weaker than those that were learnt from. Indices are computed from the changed bands.
struct SpectralJitter: Sendable {
  /// For each band that is read: which of the common changes is its own; nil for layers.
  private let group: [Int?]
  private let groupCount: Int
  /// Standard deviation of each band.
  private let deviations: [Double]
  private let strength: Double
  private let weakening: Double
  /// For each band of the later date: the same band of the earlier one.
  private let earlier: [Int?]

  /// The share of a change that is drawn for each date alone.
  private static let ownShare = 1.0 / 3

  /// Prepares to draw.
  ///
  /// - Parameters:
  ///   - bands: `pre.nir`, …, in the order read; a layer, whose name has no image before it, stays
  ///     as it is.
  ///   - deviations: The standard deviation of each over the training pixels.
  ///   - strength: Standard deviation of gains; of shifts, in deviations of the band.
  ///   - weakening: The most of the change between two dates that is taken away.
  ///   - before: The earlier image.
  ///   - after: The later image.
  init(
    bands: [String], deviations: [Double], strength: Double, weakening: Double, before: String,
    after: String
  ) {
    var groups: [String] = []
    group = bands.map { band in
      guard band.contains(".") else { return nil }
      let name = String(band.drop { $0 != "." })
      if let index = groups.firstIndex(of: name) { return index }
      groups.append(name)
      return groups.count - 1
    }
    groupCount = groups.count
    self.deviations = deviations
    self.strength = strength
    self.weakening = weakening
    earlier = bands.map { band in
      guard band.hasPrefix("\(after)."), before != after else { return nil }
      return bands.firstIndex(of: before + band.dropFirst(after.count))
    }
  }

  /// Draws a change for each band; empty where there is nothing to change.
  func draw(using generator: inout SeededGenerator) -> [BandChange] {
    guard strength > 0 || weakening > 0 else { return [] }
    let common = (0..<groupCount).map { _ in (generator.normal(), generator.normal()) }
    let share = Float(1 - weakening * generator.uniform())
    return group.enumerated().map { band, group in
      guard let group else { return BandChange(gain: 1, shift: 0) }
      let gain = common[group].0 + SpectralJitter.ownShare * generator.normal()
      let shift = common[group].1 + SpectralJitter.ownShare * generator.normal()
      return BandChange(
        gain: Float(max(0.1, 1 + strength * gain)),
        shift: Float(strength * deviations[band] * shift), earlier: earlier[band], share: share)
    }
  }
}
