import Rasters

/// Numbers connected pixels of equal keys, row after row.
///
/// A patch may get several numbers, as rows above are not known to belong together yet; `join` is
/// told of those that do. The numbers follow from the keys alone, so a second pass over the same
/// rows gives the same ones.
struct PatchLabeller {
  /// Which pixels make a patch.
  let connectedness: Connectedness
  /// The keys of the last row.
  private(set) var keys: [Int16]
  /// The numbers of the last row, below 0 where the key is.
  private(set) var labels: [Int32]
  /// The keys of the row before.
  private(set) var keysAbove: [Int16]
  /// The numbers of the row before.
  private(set) var labelsAbove: [Int32]
  /// The numbers given so far.
  private(set) var count = 0

  /// Starts above the first row.
  init(width: Int, connectedness: Connectedness) {
    self.connectedness = connectedness
    keys = Array(repeating: -1, count: width)
    keysAbove = keys
    labels = Array(repeating: -1, count: width)
    labelsAbove = labels
  }

  /// Numbers the next row; pixels with a key below 0 belong to no patch.
  mutating func advance(_ row: ArraySlice<Int16>, join: (Int32, Int32) -> Void) {
    swap(&keys, &keysAbove)
    swap(&labels, &labelsAbove)
    keys.replaceSubrange(keys.indices, with: row)
    let seesCorners = connectedness == .eight
    let width = keys.count
    for x in 0..<width {
      let key = keys[x]
      guard key >= 0 else {
        labels[x] = -1
        continue
      }
      var label: Int32 = x > 0 && keys[x - 1] == key ? labels[x - 1] : -1
      func meet(_ other: Int32) {
        if label < 0 { label = other } else if other != label { join(label, other) }
      }
      if keysAbove[x] == key { meet(labelsAbove[x]) }
      if seesCorners {
        if x > 0, keysAbove[x - 1] == key { meet(labelsAbove[x - 1]) }
        if x + 1 < width, keysAbove[x + 1] == key { meet(labelsAbove[x + 1]) }
      }
      if label < 0 {
        label = Int32(count)
        count += 1
      }
      labels[x] = label
    }
  }
}

/// Which numbers of a `PatchLabeller` belong together (union and find, with halved paths).
struct PatchForest {
  private var parents: [Int32] = []

  /// Adds numbers, each alone, up to a count.
  mutating func grow(to count: Int) {
    while parents.count < count { parents.append(Int32(parents.count)) }
  }

  /// Puts two numbers together under the smaller one: the patch's first in reading order.
  mutating func join(_ first: Int32, _ second: Int32) {
    let (a, b) = (root(first), root(second))
    if a != b { parents[Int(max(a, b))] = min(a, b) }
  }

  /// The least number of the patch of each number.
  func roots() -> [Int32] {
    var roots = parents
    // parents come before their children
    for index in roots.indices { roots[index] = roots[Int(roots[index])] }
    return roots
  }

  private mutating func root(_ label: Int32) -> Int32 {
    var label = label
    while parents[Int(label)] != label {
      parents[Int(label)] = parents[Int(parents[Int(label)])]
      label = parents[Int(label)]
    }
    return label
  }
}
