import Rasters
import Testing

@testable import Pipelines

struct PatchTableTests {
  private static let (width, height) = (23, 530)

  /// Classes 0 to 2 and not observed, in patches of many shapes.
  private static func value(_ x: Int, _ y: Int) -> UInt8 {
    let value = hashed(x / 2 + y / 3, x - y / 2, 7)
    return value < 0.1 ? 255 : value < 0.75 ? 1 : value < 0.85 ? 2 : 0
  }

  private static func probability(_ k: Int, _ x: Int, _ y: Int) -> Float { hashed(x, y, k) }

  /// The patches by flooding from every pixel.
  private static func flooded(_ values: Set<Int>, corners: Bool, _ grid: Grid) -> [Int: Patch] {
    var seen = Set<Int>()
    var patches: [Int: Patch] = [:]
    for start in 0..<width * height where !seen.contains(start) {
      let class_ = value(start % width, start / width)
      guard values.contains(Int(class_)) else { continue }
      var patch = Patch(value: Int(class_), firstPixel: start)
      var open = [start]
      seen.insert(start)
      while let pixel = open.popLast() {
        let (x, y) = (pixel % width, pixel / width)
        patch.pixels += 1
        patch.squareMetres += grid.pixelAreaSquareMetres(row: y) ?? 0
        let share = probability(Int(class_), x, y)
        patch.probabilitySum += Double(share)
        patch.greatestProbability = max(patch.greatestProbability, share)
        for (nearX, nearY) in (-1...1).flatMap({ dy in (-1...1).map { (x + $0, y + dy) } })
        where (0..<width).contains(nearX) && (0..<height).contains(nearY)
          && (corners || nearX == x || nearY == y) && value(nearX, nearY) == class_
          && seen.insert(nearY * width + nearX).inserted
        {
          open.append(nearY * width + nearX)
        }
      }
      patches[start] = patch
    }
    return patches
  }

  @Test("Patches are those found by flooding, over the borders of strips too", arguments: [4, 8])
  func flooding(_ neighbours: Int) throws {
    let folder = try TestFolder()
    let place = TestGrid(
      width: Self.width, height: Self.height, geotransform: [-120, 1e-3, 0, 60, 0, -1e-3],
      crs: "EPSG:4326")
    try place.writeLabels(folder.file("map.tif"), Self.value)
    try place.write(folder.file("shares.tif"), bands: ["a", "b", "c"], Self.probability)
    let map = try Raster(path: folder.file("map.tif"))
    var description = RasterDescription(grid: map.grid, type: .byte, bands: ["class"])
    description.layout = .tiled
    let writer = try RasterWriter(path: folder.file("chosen.tif"), description: description)
    let table = PatchTable(values: [1, 2], connectedness: neighbours == 8 ? .eight : .four)
    let patches = try table.patches(
      of: map, probabilities: Raster(path: folder.file("shares.tif")), to: writer
    ) { _, _ in }
    try writer.finish()
    let expected = Self.flooded([1, 2], corners: neighbours == 8, map.grid)
    #expect(expected.count > 50 && expected.values.contains { $0.pixels > 50 })
    #expect(Set(patches.keys) == Set(expected.keys))
    for (pixel, patch) in patches {
      let other = try #require(expected[pixel])
      #expect(patch.value == other.value && patch.pixels == other.pixels)
      #expect(patch.greatestProbability == other.greatestProbability)
      // sums in another order
      #expect(abs(patch.squareMetres / other.squareMetres - 1) < 1e-12)
      #expect(abs(patch.probabilitySum - other.probabilitySum) < 1e-9)
    }
    let chosen = try Raster(path: folder.file("chosen.tif")).readBytes(map.grid.window)
    for (pixel, value) in chosen.enumerated() {
      let class_ = Self.value(pixel % Self.width, pixel / Self.width)
      #expect(value == ([1, 2].contains(class_) ? class_ : 255))
    }
  }
}
