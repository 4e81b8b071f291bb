import Engine

/// Random gains and shifts of the bands of a training window, so that a network does not rely on one
/// calibration, haze or season.
///
/// Most of a change is common to a band on all dates, as a calibration is; a third is drawn for each
/// date alone. Indices are computed from the changed bands.
struct SpectralJitter: Sendable {
  /// For each band that is read: which of the common changes is its own.
  private let group: [Int]
  private let groupCount: Int
  /// Standard deviation of each band.
  private let deviations: [Double]
  private let strength: Double

  /// The share of a change that is drawn for each date alone.
  private static let ownShare = 1.0 / 3

  /// Prepares to draw.
  ///
  /// - Parameters:
  ///   - bands: `pre.nir`, …, in the order read.
  ///   - deviations: The standard deviation of each over the training pixels.
  ///   - strength: Standard deviation of gains; of shifts, in deviations of the band.
  init(bands: [String], deviations: [Double], strength: Double) {
    var groups: [String] = []
    group = bands.map { band in
      let name = String(band.drop { $0 != "." })
      if let index = groups.firstIndex(of: name) { return index }
      groups.append(name)
      return groups.count - 1
    }
    groupCount = groups.count
    self.deviations = deviations
    self.strength = strength
  }

  /// Draws a change for each band; empty where there is nothing to change.
  func draw(using generator: inout SeededGenerator) -> [BandChange] {
    guard strength > 0 else { return [] }
    let common = (0..<groupCount).map { _ in (generator.normal(), generator.normal()) }
    return zip(group, deviations).map { group, deviation in
      let gain = common[group].0 + SpectralJitter.ownShare * generator.normal()
      let shift = common[group].1 + SpectralJitter.ownShare * generator.normal()
      return BandChange(
        gain: Float(max(0.1, 1 + strength * gain)), shift: Float(strength * deviation * shift))
    }
  }
}
