/// Groups of pixels of which the shares of the classes are known, but not where they are.
public struct LossBags: Sendable {
  /// (images, pixels): the bag of each pixel, from 0; -1 where it is in none.
  public let ids: [Int32]
  /// (bags, outcomes): the share of each class; with one output channel those of the background and
  /// of the foreground.
  public let proportions: [Double]

  /// Makes bags; the shapes are checked when a batch takes them.
  public init(ids: [Int32], proportions: [Double]) {
    self.ids = ids
    self.proportions = proportions
  }

  /// Checks the shapes and ids.
  func check(pixels: Int, classes: Int) {
    let outcomes = max(classes, 2)
    precondition(
      ids.count == pixels && proportions.count % outcomes == 0,
      "\(ids.count) ids for \(pixels) pixels, \(proportions.count) shares for \(outcomes) classes")
    let bags = Int32(proportions.count / outcomes)
    precondition(
      ids.allSatisfy { (-1..<max(bags, 0)).contains($0) }, "an id outside -1 ..< \(bags)")
  }

  /// Whole images or square cells of them, with the shares that their target has.
  ///
  /// - Parameters:
  ///   - view: The batch; ignored pixels are in no bag.
  ///   - side: The side of a cell in pixels, 0 for whole images. Cells at the right and bottom
  ///     border may be smaller.
  ///   - width: The width of an image; not used for whole images.
  init(of view: LossView, side: Int, width: Int) {
    let outcomes = max(view.classes, 2)
    let height = side == 0 ? 1 : view.pixels / width
    let across = side == 0 ? 1 : (width + side - 1) / side
    let down = side == 0 ? 1 : (height + side - 1) / side
    var ids = [Int32](repeating: -1, count: view.images * view.pixels)
    var shares = [Double](repeating: 0, count: view.images * down * across * outcomes)
    var counts = [Int](repeating: 0, count: view.images * down * across)
    for i in ids.indices where view.takesPart(i) {
      let (image, pixel) = (i / view.pixels, i % view.pixels)
      let cell = side == 0 ? 0 : pixel / width / side * across + pixel % width / side
      let bag = image * down * across + cell
      ids[i] = Int32(bag)
      counts[bag] += 1
      if view.classes == 1 {
        shares[2 * bag] += 1 - view.share(i, 0)
        shares[2 * bag + 1] += view.share(i, 0)
      } else {
        for k in 0..<outcomes { shares[bag * outcomes + k] += view.share(i, k) }
      }
    }
    for index in shares.indices { shares[index] /= Double(max(counts[index / outcomes], 1)) }
    self.init(ids: ids, proportions: shares)
  }
}
