/// Finds the name that a misspelt name was probably meant to be.
///
/// The distance is the number of letters inserted, left out, replaced, or swapped with their
/// neighbour; capitals and `-` for `_` count as no difference. A third of the letters may be wrong,
/// but never more than three.
///
/// - Parameters:
///   - name: The name as written.
///   - names: The names that are allowed.
/// - Returns: The nearest name, the first of equals, or nil if none is near.
package func nearestName(to name: String, among names: [String]) -> String? {
  let written = folded(name)
  guard !written.isEmpty, written.count <= 64 else { return nil }
  var best: (name: String, distance: Int)?
  for candidate in names {
    let letters = folded(candidate)
    let allowed = min(3, max(1, max(letters.count, written.count) / 3))
    guard abs(letters.count - written.count) <= allowed else { continue }
    let distance = editDistance(written, letters)
    // A single letter replaced by another is no likely slip of a one-letter name.
    guard distance <= allowed, distance < letters.count else { continue }
    if distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

private func folded(_ name: String) -> [UInt8] {
  name.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
}

/// The optimal string alignment distance, with three rows of the table kept.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in b.indices {
      var cost = min(row[j] + 1, previous[j + 1] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        cost = min(cost, beforePrevious[j - 1] + 1)
      }
      row.append(cost)
    }
    (beforePrevious, previous) = (previous, row)
  }
  return previous[b.count]
}
