import Engine
import Rasters

/// Room for what a network sees of one window: normalised pixels, and which of them are observed.
///
/// It is used for one window after another, and belongs to one thread at a time.
final class WindowInput: @unchecked Sendable {
  /// The window that is mapped.
  private(set) var window = Window(x: 0, y: 0, width: 0, height: 0)
  /// What is computed for it.
  private(set) var computed = Window(x: 0, y: 0, width: 0, height: 0)
  /// (computed.height, computed.width, channels).
  private(set) var pixels: [Float] = []
  /// 1 for each pixel of `computed` that is observed.
  private(set) var observed: [UInt8] = []
  private var planes: [Float] = []

  /// Rows that are read at once, so that little more than the result is in memory.
  static let rowsAtOnce = 64

  /// Bytes of the result, and of what a reader needs beside it for some bands.
  static func bytes(_ shape: Shape, bands: Int) -> Int {
    let strip = shape.width * min(shape.height, rowsAtOnce)
    return shape.pixels * (4 * shape.channels + 1) + 4 * strip * (shape.channels + 2 * bands)
  }

  /// Reads a window.
  ///
  /// - Parameters:
  ///   - window: What is mapped.
  ///   - computed: What is read for it.
  ///   - reader: The scene.
  ///   - filler: The normalisation.
  ///   - goOn: Called now and then; throws to stop.
  /// - Returns: Whether any pixel of the window, without its halo, is observed.
  func read(
    _ window: Window, _ computed: Window, from reader: SceneReader, _ filler: TensorFiller,
    goOn: () throws -> Void = {}
  ) throws -> Bool {
    (self.window, self.computed) = (window, computed)
    let (count, channels) = (computed.pixelCount, reader.channels.channels.count)
    if observed.count < count {
      pixels = []
      pixels = [Float](repeating: 0, count: count * channels)
      observed = [UInt8](repeating: 0, count: count)
    }
    var y = computed.y
    while y < computed.endY {
      try goOn()
      // up to the edge of blocks, as files have them
      let end = min(computed.endY, (y / WindowInput.rowsAtOnce + 1) * WindowInput.rowsAtOnce)
      let strip = Window(x: computed.x, y: y, width: computed.width, height: end - y)
      try reader.read(strip, into: &planes)
      fill(strip, filler, at: (y - computed.y) * computed.width, channels: channels)
      y = end
    }
    return isAnyObserved
  }

  private func fill(_ strip: Window, _ filler: TensorFiller, at first: Int, channels: Int) {
    pixels.withUnsafeMutableBufferPointer { pixels in
      observed.withUnsafeMutableBufferPointer { observed in
        guard let pixels = pixels.baseAddress, let flags = observed.baseAddress else { return }
        filler.fill(
          planes, count: strip.pixelCount, into: pixels + first * channels, observed: flags + first)
      }
    }
  }

  private var isAnyObserved: Bool {
    window.rowStarts(in: computed).contains { start in
      observed[start..<start + window.width].contains { $0 != 0 }
    }
  }

  /// What is left to know once the pixels were copied into the network.
  ///
  /// - Parameter region: Which pixels of the input the network gives.
  func loaded(computing region: Region) -> LoadedWindow {
    LoadedWindow(
      window: window,
      given: Window(
        x: computed.x + region.columns.lowerBound, y: computed.y + region.rows.lowerBound,
        width: region.columns.count, height: region.rows.count),
      observed: window.rowStarts(in: computed).flatMap { observed[$0..<$0 + window.width] })
  }
}
