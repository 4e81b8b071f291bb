import CKernels
import Configuration
import Glibc

/// Contrast of queries with one positive key each and negatives common to all, as in MoCo.
public struct PairContrastLoss: Sendable {
  /// The name, formula and keys.
  public static let component = Component(
    family: "contrast", name: "pairs",
    summary: "Each query against its own key and a queue of negatives, without any labels.",
    formula: """
      mean over queries of -log(e^s(k) / (e^s(k) + sum over negatives of e^s(n))),
      s = u·r / temperature, u the query scaled to length 1; keys are constants
      """,
    source: "He et al. 2020, Momentum Contrast (arXiv 1911.05722)",
    settings: [ContrastiveLoss.temperatureSetting])

  /// What similarities are divided by.
  public let temperature: Double

  /// Makes the loss.
  public init(temperature: Double = 0.07) {
    precondition(temperature > 0, "a temperature of \(temperature)")
    self.temperature = temperature
  }

  /// Makes the loss from decoded settings.
  public init(_ settings: Settings) { self.init(temperature: settings.number("temperature")) }

  /// Computes the value and its gradient by the queries.
  ///
  /// - Parameters:
  ///   - queries: (count, channels), as the network gives them.
  ///   - keys: (count, channels), of length 1: the positive of each query.
  ///   - negatives: (any number, channels), of length 1.
  ///   - channels: Elements of a vector.
  /// - Returns: The value, 0 without queries, and its derivative, (count, channels).
  public func evaluate(
    queries: [Double], keys: [Double], negatives: [Double], channels: Int
  ) -> (value: Double, gradient: [Double]) {
    precondition(
      keys.count == queries.count && negatives.count % channels == 0,
      "\(queries.count), \(keys.count), \(negatives.count) elements of \(channels) channels")
    let unit = UnitVectors(queries, channels: channels)
    let count = negatives.count / channels
    var slopes = [Double](repeating: 0, count: unit.count * count)
    rs_contrast_similarities(
      unit.count, count, channels, 1 / temperature, unit.values, negatives, &slopes)
    var gradient = [Double](repeating: 0, count: queries.count)
    var value = 0.0
    let scale = 1 / Double(max(unit.count, 1))
    for query in 0..<unit.count {
      let elements = query * channels..<(query + 1) * channels
      let own = elements.reduce(0) { $0 + unit.values[$1] * keys[$1] } / temperature
      let row = query * count..<(query + 1) * count
      let largest = slopes[row].reduce(own, max)
      let sum = slopes[row].reduce(exp(own - largest)) { $0 + exp($1 - largest) }
      let all = largest + log(sum)
      value += scale * (all - own)
      for index in row { slopes[index] = scale * exp(slopes[index] - all) }
      let slope = scale * (exp(own - all) - 1)
      for index in elements { gradient[index] = slope * keys[index] / temperature }
    }
    rs_contrast_add_rows(
      unit.count, count, channels, 1 / temperature, slopes, negatives, &gradient)
    return (value, unit.unscaled(gradient))
  }
}
