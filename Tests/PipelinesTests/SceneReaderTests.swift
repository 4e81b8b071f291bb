import Foundation
import Rasters
import Testing

@testable import Pipelines

func jsonEncoded(_ value: some Encodable) throws -> Data { try JSONEncoder().encode(value) }

func jsonDecoded<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
  try JSONDecoder().decode(type, from: data)
}

/// An aligned scene of one image or two on one grid.
func alignedScene(_ rasters: [(String, String)], bands: [String]) throws -> AlignedScene {
  try AlignedScene(
    rasters: Dictionary(uniqueKeysWithValues: rasters.map { ($0, SceneRaster(path: $1)) }),
    order: rasters.map(\.0), bands: bands, gridImage: rasters.last?.0 ?? "", resampling: .bilinear)
}

struct SceneReaderTests {
  let folder: TestFolder
  let scene: AlignedScene
  static let bands = ["red", "nir", "swir2"]

  init() throws {
    folder = try TestFolder()
    let grid = TestGrid(width: 6, height: 4)
    for image in ["pre", "post"] {
      try grid.write(folder.file("\(image).tif"), bands: Self.bands) { band, x, y in
        // holes: red of post at (2, 1), swir2 of pre at (5, 3)
        if image == "post", band == 0, x == 2, y == 1 { return .nan }
        if image == "pre", band == 2, x == 5, y == 3 { return .nan }
        return 0.1 + 0.5 * hashed(band, x, y + (image == "pre" ? 100 : 0))
      }
    }
    scene = try alignedScene(
      [("pre", folder.file("pre.tif")), ("post", folder.file("post.tif"))], bands: Self.bands)
  }

  private func reader(_ channels: [String]) throws -> SceneReader {
    try SceneReader(scene, channels: ChannelSet(bands: scene.bandNames).selecting(channels))
  }

  @Test("A pixel that one channel lacks is not observed in any")
  func unobserved() throws {
    let reader = try reader(["pre.nir", "dnbr", "post.red"])
    #expect(reader.channels.bands.count == 5)
    var planes: [Float] = []
    try reader.read(reader.grid.window, into: &planes)
    #expect(planes.count == 3 * 24)
    for channel in 0..<3 {
      let holes = (0..<24).filter { planes[channel * 24 + $0].isNaN }
      #expect(holes == [8, 23])
    }
  }

  @Test("Bands that no channel needs do not make pixels unobserved")
  func unneeded() throws {
    let reader = try reader(["post.nir", "pre.red"])
    var planes: [Float] = []
    try reader.read(reader.grid.window, into: &planes)
    #expect(planes.allSatisfy { !$0.isNaN })
  }

  @Test("Windows in any order and size, also beyond the grid, hold what the whole holds")
  func windows() throws {
    let reader = try reader(["post.red", "dnbr"])
    var whole: [Float] = []
    try reader.read(reader.grid.window, into: &whole)
    for window in [
      Window(x: 1, y: 1, width: 4, height: 3), Window(x: -2, y: -1, width: 9, height: 7),
      Window(x: 5, y: 3, width: 1, height: 1), Window(x: 4, y: 2, width: 8, height: 8),
    ] {
      var part: [Float] = []
      try reader.read(window, into: &part)
      for channel in 0..<2 {
        for pixel in 0..<window.pixelCount {
          let (x, y) = (window.x + pixel % window.width, window.y + pixel / window.width)
          let value = part[channel * window.pixelCount + pixel]
          guard reader.grid.window.contains(x: x, y: y) else {
            #expect(value.isNaN)
            continue
          }
          let expected = whole[channel * 24 + y * 6 + x]
          #expect(value == expected || (value.isNaN && expected.isNaN))
        }
      }
    }
  }

  @Test("Changes are applied to bands before channels are computed, and holes stay holes")
  func changes() throws {
    let reader = try reader(["post.nir", "post.nbr"])
    #expect(reader.channels.bands == ["post.nir", "post.swir2"])
    var plain: [Float] = []
    var changed: [Float] = []
    try reader.read(reader.grid.window, into: &plain)
    try reader.read(
      reader.grid.window, into: &changed,
      changing: [BandChange(gain: 1.5, shift: 0.01), BandChange(gain: 0.5, shift: 0)])
    for pixel in 0..<24 {
      let (nir, swir2) = (
        plain[pixel] * 1.5 + 0.01, 0.5 * (0.1 + 0.5 * hashed(2, pixel % 6, pixel / 6))
      )
      #expect(abs(changed[pixel] - nir) < 1e-6)
      #expect(abs(changed[24 + pixel] - (nir - swir2) / (nir + swir2 + 1e-5)) < 1e-5)
    }
  }

  @Test("A weaker change moves the later date towards the earlier one, each changed before")
  func weakening() throws {
    let reader = try reader(["pre.nir", "post.nir"])
    var plain: [Float] = []
    var changed: [Float] = []
    try reader.read(reader.grid.window, into: &plain)
    try reader.read(
      reader.grid.window, into: &changed,
      changing: [
        BandChange(gain: 2, shift: 0), BandChange(gain: 1, shift: 0.1, earlier: 0, share: 0.25),
      ])
    for pixel in 0..<24 {
      let (before, after) = (2 * plain[pixel], plain[24 + pixel] + 0.1)
      #expect(changed[pixel] == before)
      #expect(abs(changed[24 + pixel] - (0.75 * before + 0.25 * after)) < 1e-6)
    }
  }

  @Test("Windows cover a grid once, row after row")
  func cover() throws {
    let grid = try TestGrid(width: 7, height: 5).grid()
    var seen = [Int](repeating: 0, count: 35)
    let windows = grid.windows(side: 3)
    for window in windows {
      for y in window.y..<window.endY {
        for x in window.x..<window.endX { seen[y * 7 + x] += 1 }
      }
    }
    #expect(seen.allSatisfy { $0 == 1 } && windows.count == 6)
    #expect(windows.last == Window(x: 6, y: 3, width: 1, height: 2))
  }
}
