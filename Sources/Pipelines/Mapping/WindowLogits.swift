import CKernels
import Engine
import Rasters

/// Where a window lies in what the network gives, and which of its pixels are observed.
struct LoadedWindow: Sendable {
  /// The window that is mapped.
  let window: Window
  /// What the network gives.
  let given: Window
  /// 1 for each pixel of `window` that is observed.
  let observed: [UInt8]

  /// Where each row of the window starts in `given`.
  var rowStarts: [Int] { window.rowStarts(in: given) }
}

extension Window {
  /// Where each row of this window starts in one around it, in pixels.
  func rowStarts(in outer: Window) -> [Int] {
    (y..<endY).map { ($0 - outer.y) * outer.width + x - outer.x }
  }
}

/// What a network said of a window, without its halo.
struct WindowLogits: Sendable {
  /// The window.
  let window: Window
  private let classCount: Int
  /// (height, width, classes).
  private let logits: [Float]
  /// 1 for each pixel that is observed.
  private let observed: [UInt8]

  /// Bytes of a window's logits, flags and probabilities.
  static func bytes(pixels: Int, classes: Int) -> Int { pixels * (8 * classes + 1) }

  /// Copies the window out of the network's output.
  init(_ output: TensorView, of loaded: LoadedWindow) {
    precondition(output.type == .float32, "the network runs in single precision")
    precondition(output.pixelStride == output.shape.channels, "logits are contiguous")
    let (window, classes) = (loaded.window, output.shape.channels)
    let all = output.pointer.assumingMemoryBound(to: Float.self)
    self.window = window
    classCount = classes
    observed = loaded.observed
    logits = [Float](unsafeUninitializedCapacity: window.pixelCount * classes) { buffer, count in
      for (row, start) in loaded.rowStarts.enumerated() {
        let from = UnsafeBufferPointer(start: all + start * classes, count: window.width * classes)
        _ = buffer[(row * window.width * classes)...].update(fromContentsOf: from)
      }
      count = window.pixelCount * classes
    }
  }

  /// Probabilities, class after class, row after row, NaN where not observed.
  func probabilities() -> [Float] {
    let (width, count) = (window.width, window.pixelCount)
    var row = [Float](repeating: 0, count: width * classCount)
    var logSums = [Double](repeating: 0, count: width)
    return [Float](unsafeUninitializedCapacity: count * classCount) { planes, filled in
      for y in 0..<window.height {
        logits.withUnsafeBufferPointer { logits in
          rs_loss_probabilities(
            RS_FLOAT32, width, classCount, logits.baseAddress.map { $0 + y * width * classCount },
            &row, &logSums)
        }
        for x in 0..<width {
          let pixel = y * width + x
          for k in 0..<classCount {
            planes[k * count + pixel] = observed[pixel] != 0 ? row[x * classCount + k] : .nan
          }
        }
      }
      filled = count * classCount
    }
  }

  /// Writes the probabilities, a band for each class.
  func write(to writer: RasterWriter) throws {
    let count = window.pixelCount
    try probabilities().withUnsafeBufferPointer { planes in
      for k in 0..<classCount {
        let plane = UnsafeBufferPointer(rebasing: planes[k * count..<(k + 1) * count])
        try writer.write(window, band: k + 1, plane)
      }
    }
    // blocks in the cache would push out those that are read
    try writer.flush()
  }
}
