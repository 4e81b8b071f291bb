import Rasters
import Testing

@testable import Pipelines

struct AlignedSceneTests {
  let folder: TestFolder
  let grid = TestGrid(width: 5, height: 4)

  init() throws { folder = try TestFolder() }

  private func raster(
    _ name: String, bands: [String] = [], scale: [Double] = [], offset: [Double] = [],
    nodata: Double? = nil, date: String? = nil
  ) throws -> SceneRaster {
    var text = "scenes: {name: a, x: {path: \(name)"
    if !bands.isEmpty { text += ", bands: [\(bands.joined(separator: ", "))]" }
    if !scale.isEmpty { text += ", scale: \(scale)" }
    if !offset.isEmpty { text += ", offset: \(offset)" }
    if let nodata { text += ", nodata: \(nodata)" }
    if let date { text += ", date: \(date)" }
    text += "}}\nclasses: [{name: a}, {name: b}]\nstages: [align: {rasters: x}]\n"
    try folder.write(text, as: "raster.yaml")
    let pipeline = try PipelineFile(path: folder.file("raster.yaml"))
    return try #require(pipeline.scenes[0].rasters["x"])
  }

  private func align(
    _ rasters: [String: SceneRaster], bands: [String], grid: String? = nil,
    resampling: Resampling = .bilinear
  ) throws -> AlignedScene {
    let order = rasters.keys.sorted()
    return try AlignedScene(
      rasters: rasters, order: order, bands: bands, gridImage: grid ?? order[0],
      resampling: resampling)
  }

  private func planes(_ scene: AlignedScene) throws -> [Float] {
    let bands = try scene.open()
    return try bands.read(bands.grid.window)
  }

  @Test("Bands are found by name, in the order wanted, and keep the image's name")
  func names() throws {
    try grid.write(folder.file("a.tif"), bands: ["swir2", "NIR", "red"]) {
      Float($0 * 100 + $1) + Float($2) / 10
    }
    let scene = try align(["post": try raster("a.tif", date: "2020-08-05")], bands: ["red", "nir"])
    #expect(scene.bandNames == ["post.red", "post.nir"])
    #expect(scene.bands.map(\.number) == [3, 2])
    #expect(scene.dates == ["post": "2020-08-05"])
    let planes = try planes(scene)
    #expect(planes[7] == 202.1 && planes[20 + 7] == 102.1)
    #expect(try scene.selecting(["post.nir"]).bandNames == ["post.nir"])
    #expect(
      folder.message { _ = try scene.selecting(["post.blue"]) }
        == "no band 'post.blue'; there are post.red, post.nir")
  }

  @Test("A layer is one band with the name of its raster, on the grid of the images")
  func layers() throws {
    try grid.write(folder.file("a.tif"), bands: ["nir"]) { Float($0 + $1 + $2) }
    try grid.write(folder.file("dem.tif"), bands: ["height"]) { 100 * Float($0 + $1 + $2) }
    try grid.write(folder.file("two.tif"), bands: ["a", "b"]) { Float($0 + $1 + $2) }
    let rasters = try ["post": raster("a.tif"), "dem": raster("dem.tif", scale: [0.5])]
    let scene = try AlignedScene(
      rasters: rasters, order: ["post"], bands: ["nir"], layers: ["dem"], gridImage: "post",
      resampling: .bilinear)
    #expect(scene.bandNames == ["post.nir", "dem"])
    let planes = try planes(scene)
    #expect(planes[6] == 2 && planes[20 + 6] == 100)
    #expect(
      folder.message {
        _ = try AlignedScene(
          rasters: ["post": raster("a.tif"), "dem": raster("two.tif")], order: ["post"],
          bands: ["nir"], layers: ["dem"], gridImage: "post", resampling: .bilinear)
      }
        == "two.tif: has 2 bands, and 'dem' is a layer of one; name it by 'rasters', or extract the "
        + "band")
  }

  @Test("Bands named in the pipeline file win over the file's own names")
  func bandNames() throws {
    try grid.write(folder.file("a.tif"), bands: ["red", "nir"]) { band, _, _ in Float(band + 1) }
    let scene = try align(
      ["x": try raster("a.tif", bands: ["nir", "red"])], bands: ["red", "nir"])
    #expect(scene.bands.map(\.number) == [2, 1])
    #expect(
      folder.message {
        _ = try align(["x": try raster("a.tif", bands: ["nir", "red"])], bands: ["blue"])
      } == "a.tif: no band 'blue' among those named by 'bands': nir, red")
    #expect(
      folder.message {
        _ = try align(["x": try raster("a.tif", bands: ["nir"])], bands: ["nir"])
      } == "a.tif: 'bands' lists 1, the file has 2 bands: name all of them in order")
    #expect(
      folder.message { _ = try align(["x": try raster("a.tif")], bands: ["blue"]) }
        == "a.tif: cannot find the band 'blue': no band of that name, or it is ambiguous here; "
        + "the bands are 1 'red', 2 'nir'")
  }

  @Test("Scale, offset and nodata of the pipeline file override those of the file")
  func overrides() throws {
    try grid.writeNumbers(folder.file("a.tif"), bands: ["red", "nir"], nodata: 7) { band, x, y in
      UInt16(x + 5 * y + 100 * band)
    }
    let plain = try planes(align(["x": raster("a.tif")], bands: ["red", "nir"]))
    #expect(plain[6] == 6 && plain[7].isNaN && plain[20 + 7] == 107)
    let one = try planes(
      align(
        ["x": raster("a.tif", scale: [0.5], offset: [-1], nodata: 6)], bands: ["red", "nir"]))
    #expect(one[6].isNaN && one[7] == 2.5 && one[20 + 7] == 52.5)
    let each = try planes(
      align(["x": raster("a.tif", scale: [0.5, 2], offset: [0, 1])], bands: ["nir", "red"]))
    #expect(each[8] == 2 * 108 + 1 && each[20 + 8] == 4)
  }

  @Test("A scale for each band must be one for each band of the file")
  func scaleCount() throws {
    try grid.write(folder.file("a.tif"), bands: ["red", "nir", "swir2"]) { _, _, _ in 1 }
    #expect(
      folder.message {
        _ = try align(["x": try raster("a.tif", scale: [0.5, 2])], bands: ["red", "swir2"])
      } == "a.tif: 'scale' lists 2, the file has 3 bands: give one number for all or one for each")
    #expect(
      folder.message {
        _ = try align(["x": try raster("a.tif", offset: [1, 2, 3, 4])], bands: ["red"])
      } == "a.tif: 'offset' lists 4, the file has 3 bands: give one number for all or one for each")
  }

  @Test("Images of another CRS and resolution come onto the grid of the chosen image")
  func mixed() throws {
    // a surface that is linear in UTM metres, seen at 10 m and, of another extent, at 4 m
    let surface = { (x: Double, y: Double) in Float((x - 500_000) / 100 + (4_000_000 - y) / 1000) }
    let coarse = TestGrid(width: 20, height: 15)
    try coarse.write(folder.file("pre.tif"), bands: ["nir"]) {
      surface(500_005 + 10 * Double($1), 3_999_995 - 10 * Double($2))
    }
    let fine = TestGrid(
      width: 70, height: 60, geotransform: [499_960, 4, 0, 4_000_040, 0, -4])
    try fine.write(folder.file("post.tif"), bands: ["nir"]) {
      surface(499_962 + 4 * Double($1), 4_000_038 - 4 * Double($2))
    }
    // and one in degrees, constant, that covers a part only: 500 000 m is 123° W
    let degrees = TestGrid(
      width: 4, height: 4, geotransform: [-123, 0.0005, 0, 36.145, 0, -0.0005], crs: "EPSG:4326")
    try degrees.write(folder.file("z.tif"), bands: ["nir"]) { _, _, _ in 3 }
    let scene = try align(
      [
        "pre": raster("pre.tif"), "post": raster("post.tif"), "z": raster("z.tif"),
      ], bands: ["nir"], grid: "pre")
    #expect(scene.bandNames == ["post.nir", "pre.nir", "z.nir"])
    let bands = try scene.open()
    #expect(bands.grid.width == 20 && bands.grid.height == 15)
    let read = try bands.read(bands.grid.window)
    let (post, pre, z) = (
      Array(read[0..<300]), Array(read[300..<600]), Array(read[600..<900])
    )
    // the mean over 10 m of steps of 4 m is that of a place up to 0.2 m away, on both axes:
    // 0.2 · (0.01 + 0.001)
    #expect(zip(post, pre).allSatisfy { abs($0 - $1) < 2.3e-3 })
    #expect(z.contains(3) && z.contains { $0.isNaN } && z.allSatisfy { $0.isNaN || $0 == 3 })
    // the latitude of y = 4 000 000 m is 36.1446°: the four pixels of 55 m end at 36.1430°
    let lastRow = z.indices.last { z[$0] == 3 }.map { $0 / 20 }
    #expect(lastRow == 14 || lastRow == 13)
  }

  @Test("An image on the grid is not resampled, whatever the other is")
  func untouched() throws {
    try grid.write(folder.file("a.tif"), bands: ["nir"]) { hashed($0, $1, $2) }
    let shifted = TestGrid(width: 5, height: 4, geotransform: [500_003, 10, 0, 4_000_000, 0, -10])
    try shifted.write(folder.file("b.tif"), bands: ["nir"]) { hashed($0, $1, $2) }
    let scene = try align(["a": raster("a.tif"), "b": raster("b.tif")], bands: ["nir"])
    let read = try planes(scene)
    #expect(read[0..<20].elementsEqual((0..<20).map { hashed(0, $0 % 5, $0 / 5) }))
    let nearest = try align(
      ["a": raster("a.tif"), "b": raster("b.tif")], bands: ["nir"], resampling: .nearest)
    let near = try planes(nearest)[20..<40]
    // the nearest pixel of b has the same number, but the first column lies outside b by 3 m
    #expect(near.enumerated().allSatisfy { $1 == hashed(0, $0 % 5, $0 / 5) || $0 % 5 == 0 })
    #expect(Array(read[20..<40]) != Array(near))
  }

  @Test("What is stored is what was aligned")
  func codable() throws {
    try grid.write(folder.file("a.tif"), bands: ["nir"]) { _, _, _ in 1 }
    let scene = try align(
      ["x": raster("a.tif", scale: [2], nodata: 5, date: "2020-01-02")], bands: ["nir"])
    let data = try jsonEncoded(scene)
    #expect(try jsonDecoded(AlignedScene.self, data) == scene)
  }
}
