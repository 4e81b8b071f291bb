import Engine
import Foundation
import Rasters
import Testing

@testable import Pipelines

struct SceneBlendingTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func grid(_ width: Int, _ height: Int) throws -> Grid {
    try TestGrid(width: width, height: height).grid()
  }

  @Test("Windows overlap by half, end with the scene, and every column has its strip")
  func strips() throws {
    #expect(SceneBlending.starts(100, 40) == [0, 20, 40, 60])
    #expect(SceneBlending.starts(101, 40) == [0, 20, 40, 60, 61])
    #expect(SceneBlending.starts(40, 40) == [0])
    let blending = SceneBlending(side: 32, grid: try grid(150, 50), steps: 2)
    #expect(blending.strips.map(\.columns) == [0..<32, 32..<64, 64..<96, 96..<128, 128..<150])
    // what reaches into the second strip: starts 16, 32 and 48, in three rows
    #expect(blending.strips[1].windows.map(\.x) == [16, 32, 48, 16, 32, 48, 16, 32, 48])
    let small = SceneBlending(side: 512, grid: try grid(30, 20))
    #expect(small.size == (20, 30) && small.windowCount == 1)
  }

  @Test("A window weighs most in the middle, alike on both sides, and something everywhere")
  func weights() {
    let weights = BlendedRows.weights(64)
    #expect(weights.min() ?? 0 > 0 && weights[31] == weights.max())
    for index in 0..<64 { #expect(abs(weights[index] - weights[63 - index]) < 1e-6) }
    // two that overlap by half sum to one
    for index in 0..<32 { #expect(abs(weights[index] + weights[index + 32] - 1) < 1e-6) }
  }

  /// Maps logits that depend on where a pixel lies, and in `shift` on the window.
  private func map(
    _ blending: SceneBlending, _ grid: Grid, shift: (Window) -> Float,
    observed: (Int, Int) -> Bool
  ) throws -> [Float] {
    var description = RasterDescription(grid: grid, type: .float32, bands: ["a", "b"])
    description.layout = .tiled
    let path = folder.file("map.tif")
    let writer = try RasterWriter(path: path, description: description)
    for strip in blending.strips {
      let rows = BlendedRows(strip, of: blending.size, classes: 2, to: writer)
      for window in strip.windows {
        let flags = (0..<window.pixelCount).map {
          observed(window.x + $0 % window.width, window.y + $0 / window.width) ? UInt8(1) : 0
        }
        guard flags.contains(1) else { continue }
        let memory = Memory(byteCount: 8 * window.pixelCount)
        let values = memory.pointer.assumingMemoryBound(to: Float.self)
        for index in 0..<window.pixelCount {
          let (x, y) = (window.x + index % window.width, window.y + index / window.width)
          values[2 * index] = 0
          values[2 * index + 1] = Float(x - y) / 50 + shift(window)
        }
        let view = TensorView(
          pointer: memory.pointer, type: .float32,
          shape: Shape(1, window.height, window.width, 2), pixelStride: 2)
        try rows.add(
          WindowLogits(view, of: LoadedWindow(window: window, given: window, observed: flags)))
      }
      try rows.finish(height: grid.height)
    }
    try writer.finish()
    let raster = try Raster(path: path)
    return try raster.read(raster.grid.window, bands: [1, 2])
  }

  @Test("Windows that agree give what each says; what is not observed stays so")
  func agreement() throws {
    let grid = try grid(150, 90)
    let blending = SceneBlending(side: 32, grid: grid, steps: 3)
    let found = try map(blending, grid, shift: { _ in 0 }) { x, y in
      !(40..<110).contains(x) || y < 10 || y == 60
    }
    for y in 0..<90 {
      for x in 0..<150 {
        let isObserved = !(40..<110).contains(x) || y < 10 || y == 60
        let value = found[90 * 150 + y * 150 + x]
        let expected = 1 / (1 + exp(-Double(x - y) / 50))
        #expect(isObserved ? abs(Double(value) - expected) < 1e-6 : value.isNaN, "\(x) \(y)")
      }
    }
  }

  @Test("The width of strips changes no bit, and there is no step at a window's edge")
  func sameBits() throws {
    let grid = try grid(150, 90)
    let shift: (Window) -> Float = { Float($0.x / 16 % 3) - Float($0.y / 16 % 2) }
    let maps = try [1, 3, 100].map { steps in
      try map(SceneBlending(side: 32, grid: grid, steps: steps), grid, shift: shift) { _, _ in true
      }
      .map(\.bitPattern)
    }
    #expect(maps[0] == maps[2] && maps[1] == maps[2])
    let band = maps[2][(90 * 150)...].map { Float(bitPattern: $0) }
    let row = Array(band[45 * 150..<46 * 150])
    let steps = zip(row, row.dropFirst()).map { abs($0 - $1) }
    // from one window to the next logits differ by up to 3, cropped windows would show it at once
    #expect(steps.max() ?? 1 < 0.08)
  }
}
