import Glibc

extension ChannelSet {
  /// Computes all channels of some pixels.
  ///
  /// - Parameters:
  ///   - bandPlanes: The bands, plane after plane of `count` pixels; NaN where not observed.
  ///   - count: Pixels of a plane.
  ///   - planes: The channels, plane after plane; where any band that a channel needs is NaN, the
  ///     channel is NaN.
  func evaluate(
    _ bandPlanes: UnsafePointer<Float>, count: Int, into planes: UnsafeMutablePointer<Float>
  ) {
    for (position, channel) in channels.enumerated() {
      let target = planes + position * count
      switch channel.formula {
      case .band(let band):
        target.update(from: bandPlanes + band * count, count: count)
      case .index(let name, let bands):
        let index = SpectralIndex.existing(name)
        fill(target, count) { value(index, bands, bandPlanes, count, $0) }
      case .difference(let name, let before, let after):
        let index = SpectralIndex.existing(name)
        fill(target, count) {
          value(index, before, bandPlanes, count, $0) - value(index, after, bandPlanes, count, $0)
        }
      case .relativeDifference(let name, let before, let after):
        let index = SpectralIndex.existing(name)
        // Miller and Thode 2007: |before| in the root; at least 0.001, or it would divide by 0
        fill(target, count) {
          let first = value(index, before, bandPlanes, count, $0)
          let difference = first - value(index, after, bandPlanes, count, $0)
          return difference / sqrtf(max(abs(first), 0.001))
        }
      }
    }
  }

  private func fill(
    _ target: UnsafeMutablePointer<Float>, _ count: Int, _ value: (Int) -> Float
  ) {
    for pixel in 0..<count { target[pixel] = value(pixel) }
  }

  private func value(
    _ index: SpectralIndex, _ bands: [Int], _ planes: UnsafePointer<Float>, _ count: Int,
    _ pixel: Int
  ) -> Float {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: bands.count) { values in
      for (position, band) in bands.enumerated() {
        let value = planes[band * count + pixel]
        if value.isNaN { return .nan }
        values[position] = value
      }
      guard let base = values.baseAddress else { return .nan }
      return index.value(base)
    }
  }
}

extension SpectralIndex {
  /// The index that a channel was made with.
  fileprivate static func existing(_ name: String) -> SpectralIndex {
    guard let index = named(name) else { preconditionFailure("no index '\(name)'") }
    return index
  }
}
