import Engine

/// The bands of two dates in one input: all of date 1, then all of date 2.
enum TwoDates {
  /// The bands of one date.
  ///
  /// - Throws: `ModelError` where the bands are not those of two dates.
  static func bandsOfOne(of bands: Int, for model: String) throws -> Int {
    guard bands > 0, bands % 2 == 0 else {
      throw ModelError(
        "'\(model)' takes the bands of two dates, all of date 1 before all of date 2: an even "
          + "number, found \(bands)")
    }
    return bands / 2
  }

  /// Both dates of an input as values of their own; nothing is copied.
  static func split(_ x: Value, in builder: GraphBuilder) -> [Value] {
    let bands = builder.channels(of: x) / 2
    return [0, bands].map { builder.channels(x, from: $0, count: bands) }
  }
}
