import Models

/// Mean and deviation of channels over observed pixels, in double (Welford 1962).
struct ChannelStatistics {
  private var count = 0.0
  private var means: [Double]
  private var squares: [Double]

  init(channels: Int) {
    means = Array(repeating: 0, count: channels)
    squares = means
  }

  /// Adds the pixels of a window that are observed and chosen.
  mutating func add(_ planes: [Float], count pixels: Int, where isChosen: (Int) -> Bool) {
    for pixel in 0..<pixels where !planes[pixel].isNaN && isChosen(pixel) {
      count += 1
      for channel in means.indices {
        let value = Double(planes[channel * pixels + pixel])
        let delta = value - means[channel]
        means[channel] += delta / count
        squares[channel] += delta * (value - means[channel])
      }
    }
  }

  /// Pixels added.
  var pixelCount: Int { Int(count) }

  /// The channels by name; a constant channel gets the deviation 1.
  func channels(_ names: [String]) -> [ModelCard.Channel] {
    names.enumerated().map { index, name in
      let deviation = (squares[index] / max(1, count - 1)).squareRoot()
      return ModelCard.Channel(
        name: name, mean: means[index], deviation: deviation > 1e-9 ? deviation : 1)
    }
  }
}
