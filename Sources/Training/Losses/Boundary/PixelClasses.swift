import CKernels

extension LossView {
  /// The class that each pixel has by its target: 255 where it is ignored, the class with the
  /// largest share for soft labels, the foreground from a half on with one channel.
  func pixelClasses() -> [UInt8] {
    (0..<images * pixels).map { i in
      guard takesPart(i) else { return UInt8(RS_IGNORE) }
      if classes == 1 { return plainShare(i, 0) >= 0.5 ? 1 : 0 }
      var best = 0
      for k in 1..<classes where plainShare(i, k) > plainShare(i, best) { best = k }
      return UInt8(best)
    }
  }
}
