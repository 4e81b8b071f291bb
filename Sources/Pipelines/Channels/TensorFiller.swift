import Engine
import Models

/// Brings channels into a network's input: planar to NHWC, normalised, 0 where not observed.
///
/// The only place that knows both rasters and tensors.
public struct TensorFiller: Sendable {
  private let means: [Float]
  private let factors: [Float]
  private let limit: Float

  /// Takes the normalisation of a model card.
  public init(_ card: ModelCard) {
    self.init(channels: card.channels, limit: card.limit)
  }

  /// Takes a mean and a deviation for each channel; normalised values are cut at ± `limit`.
  public init(channels: [ModelCard.Channel], limit: Double) {
    means = channels.map { Float($0.mean) }
    factors = channels.map { Float(1 / $0.deviation) }
    self.limit = Float(limit)
  }

  /// Writes a window.
  ///
  /// - Parameters:
  ///   - planes: Channels plane after plane of `count` pixels, NaN where not observed.
  ///   - count: Pixels of the window.
  ///   - pixels: (count, channels), all written.
  ///   - observed: `count` flags, all written: 1 where observed.
  /// - Returns: How many pixels are observed.
  @discardableResult
  public func fill(
    _ planes: [Float], count: Int, into pixels: UnsafeMutablePointer<Float>,
    observed: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let channels = means.count
    var observedCount = 0
    planes.withUnsafeBufferPointer { planes in
      for pixel in 0..<count {
        // a pixel that lacks one channel lacks all
        let isObserved = !planes[pixel].isNaN
        observed[pixel] = isObserved ? 1 : 0
        observedCount += isObserved ? 1 : 0
        for channel in 0..<channels {
          let value = (planes[channel * count + pixel] - means[channel]) * factors[channel]
          pixels[pixel * channels + channel] =
            isObserved ? max(-limit, min(limit, value)) : 0
        }
      }
    }
    return observedCount
  }
}
