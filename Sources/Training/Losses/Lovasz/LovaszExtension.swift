/// The Lovász extension of the Jaccard loss: errors in falling order times what each adds to it.
enum LovaszExtension {
  /// One pixel of a list: its error, how much of it is foreground, and where it comes from.
  struct Entry {
    /// The error, which is also what the list is sorted by.
    var error: Double
    /// The share of the foreground, from 0 to 1.
    var share: Double
    /// An index that the caller gives a meaning.
    var index: Int
  }

  /// Sorts by falling error, pixels with equal errors staying in order.
  ///
  /// - Parameter entries: The pixels; sorted on return.
  /// - Returns: For each sorted pixel, how much the Jaccard loss grows when it joins those before
  ///   it. It is a constant in the derivative by the errors.
  static func jaccardGradient(_ entries: inout [Entry]) -> [Double] {
    sortStably(&entries)
    let foreground = entries.reduce(0) { $0 + $1.share }
    var intersection = foreground
    var union = foreground
    var former = 0.0
    return entries.map { entry in
      intersection -= entry.share
      union += 1 - entry.share
      // without foreground the first pixel makes the loss 1
      let loss = union > 0 ? 1 - intersection / union : 0
      defer { former = loss }
      return loss - former
    }
  }

  // The standard sort is stable by its present implementation, not by its contract, hence the
  // index. Callers number pixels in rising order.
  private static func sortStably(_ entries: inout [Entry]) {
    entries.sort { $0.error != $1.error ? $0.error > $1.error : $0.index < $1.index }
  }
}
