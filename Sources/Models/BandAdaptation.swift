/// The first convolution of a trained network, made to fit an image of other bands.
///
/// For each output and tap the sum of the weights over the bands stays what it was, so that features
/// keep their size. Bands known by name keep their weights; all others share what is left evenly.
public struct BandAdaptation: Sendable, Equatable {
  /// The weights for the new bands, in PyTorch's layout.
  public let values: [Double]
  /// (outputs, new bands, kernel height, kernel width).
  public let shape: [Int]
  /// What was done, in one line.
  public let message: String

  /// Adapts weights by the names of bands.
  ///
  /// - Parameters:
  ///   - name: The name of the tensor, for the message.
  ///   - values: The weights in PyTorch's layout.
  ///   - shape: (outputs, bands, kernel height, kernel width).
  ///   - trained: The names of the bands that the weights were trained with; nil: not known.
  ///   - wanted: The names of the bands that the network is to see.
  /// - Throws: `ModelError` where the names and the shape differ in number.
  public init(
    _ name: String, values: [Double], shape: [Int], trained: [String]?, wanted: [String]
  ) throws {
    guard shape.count == 4, shape.allSatisfy({ $0 > 0 }), values.count == shape.reduce(1, *) else {
      throw ModelError("'\(name)' of shape \(shape) is not the weight of a convolution")
    }
    guard !wanted.isEmpty else { throw ModelError("'\(name)' cannot be adapted to no bands") }
    if let trained, trained.count != shape[1] {
      throw ModelError(
        "'\(name)' has weights for \(shape[1]) bands, but \(trained.count) are named: "
          + trained.joined(separator: ", "))
    }
    let sources = wanted.map { band in trained?.firstIndex(of: band) }
    let kept = Set(sources.compactMap { $0 })
    let heirs = wanted.indices.filter { sources[$0] == nil }
    let (taps, old, new) = (shape[2] * shape[3], shape[1], wanted.count)
    var result = [Double](repeating: 0, count: shape[0] * new * taps)
    for output in 0..<shape[0] {
      for tap in 0..<taps {
        func weight(_ band: Int) -> Double { values[(output * old + band) * taps + tap] }
        let left = (0..<old).filter { !kept.contains($0) }.map(weight).reduce(0, +)
        // without a new band the old ones that stay take over
        let share = left / Double(heirs.isEmpty ? new : heirs.count)
        for (band, source) in sources.enumerated() {
          let own = source.map(weight) ?? 0
          let extra = source == nil || heirs.isEmpty ? share : 0
          result[(output * new + band) * taps + tap] = own + extra
        }
      }
    }
    self.values = result
    self.shape = [shape[0], new, shape[2], shape[3]]
    message = Self.message(
      name, trained: trained, old: old, wanted: wanted, heirs: heirs, kept: kept)
  }

  private static func message(
    _ name: String, trained: [String]?, old: Int, wanted: [String], heirs: [Int], kept: Set<Int>
  ) -> String {
    let start = "'\(name)' was trained on \(old) bands and sees \(wanted.count)"
    guard let trained, !kept.isEmpty else {
      return "\(start): each takes the mean of the old weights, times \(old) / \(wanted.count)"
    }
    let gone = trained.indices.filter { !kept.contains($0) }.map { trained[$0] }
    var parts = ["\(kept.count) keep their weights"]
    let names = heirs.map { wanted[$0] }.joined(separator: ", ")
    switch (heirs.isEmpty, gone.isEmpty) {
    case (true, true): break
    case (true, false):
      parts.append("all share those of \(gone.joined(separator: ", ")), which are gone")
    case (false, true): parts.append("from 0 start \(names)")
    case (false, false):
      parts.append("\(names) share those of \(gone.joined(separator: ", ")), which are gone")
    }
    return "\(start): \(parts.joined(separator: "; "))"
  }
}
