import CKernels

/// The objects of one image: 8-connected regions of one class other than the background, class 0.
struct ObjectLabels {
  /// (height, width): the number of the object of each pixel from 1, 0 where there is none.
  let values: [Int32]
  /// The number of objects.
  let count: Int

  /// Labels an image.
  ///
  /// - Parameters:
  ///   - classes: (height, width): the class of each pixel, 255 where it is ignored, which belongs
  ///     to no object.
  ///   - width: The width of the image.
  init(_ classes: ArraySlice<UInt8>, width: Int) {
    let first = classes.startIndex
    var values = [Int32](repeating: 0, count: classes.count)
    var count: Int32 = 0
    var open: [Int] = []
    for start in values.indices where values[start] == 0 {
      let value = classes[first + start]
      guard value != 0 && value != UInt8(RS_IGNORE) else { continue }
      count += 1
      values[start] = count
      open.append(start)
      while let pixel = open.popLast() {
        let (x, y) = (pixel % width, pixel / width)
        for ny in max(y - 1, 0)...min(y + 1, classes.count / width - 1) {
          for nx in max(x - 1, 0)...min(x + 1, width - 1) {
            let next = ny * width + nx
            guard values[next] == 0 && classes[first + next] == value else { continue }
            values[next] = count
            open.append(next)
          }
        }
      }
    }
    self.values = values
    self.count = Int(count)
  }
}
