import CKernels

/// Pixels of which only shares of classes are known: bags of a label-proportion loss.
public struct LossBags: Sendable {
  /// (images, pixels): the bag of each pixel, -1 for none.
  public let ids: [Int32]
  /// (bags, classes): the share of each class in a bag; background and foreground with one channel.
  public let proportions: [Double]

  /// Makes bags.
  public init(ids: [Int32], proportions: [Double]) {
    self.ids = ids
    self.proportions = proportions
  }

  /// Bags of square cells of every image, with the shares that the target has in them.
  ///
  /// - Parameters:
  ///   - batch: The target and its size.
  ///   - cell: Side of a cell in pixels; 0: a bag is a whole image.
  init(_ batch: LossBatch, _ memory: LossMemory, cell: Int) {
    let (columns, columnCount) = (batch.width, max(batch.classes, 2))
    let side = cell > 0 ? cell : max(batch.pixels, columns)
    let across = (columns + side - 1) / side
    let down = (batch.pixels / columns + side - 1) / side
    let bags = batch.images * across * down
    var ids = [Int32](repeating: -1, count: batch.images * batch.pixels)
    var sums = [Double](repeating: 0, count: bags * columnCount)
    var counts = [Double](repeating: 0, count: bags)
    for pixel in ids.indices where memory.takesPart(pixel) {
      let (image, place) = pixel.quotientAndRemainder(dividingBy: batch.pixels)
      let bag = (image * down + place / columns / side) * across + place % columns / side
      ids[pixel] = Int32(bag)
      counts[bag] += 1
      if batch.classes == 1 {
        let share = memory.share(pixel, 0, classes: 1)
        sums[bag * 2] += 1 - share
        sums[bag * 2 + 1] += share
      } else {
        for k in 0..<batch.classes {
          sums[bag * columnCount + k] += memory.share(pixel, k, classes: batch.classes)
        }
      }
    }
    for index in sums.indices where counts[index / columnCount] > 0 {
      sums[index] /= counts[index / columnCount]
    }
    self.init(ids: ids, proportions: sums)
  }
}
