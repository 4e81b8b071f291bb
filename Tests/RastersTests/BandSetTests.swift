import CGDAL
import Testing

@testable import Rasters

@Suite struct BandSetTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test("Channels of several rasters come in the order named, each with its own scale")
  func channels() throws {
    let (first, second) = (folder.file("a.tif"), folder.file("b.tif"))
    try TestRaster(nodata: 3, scale: 10).write(
      first, [counting(12), counting(12).map { $0 + 100 }, counting(12).map { $0 + 200 }])
    // Pixels of 20 m, twice as coarse.
    var coarse = TestRaster(width: 2, height: 2)
    coarse.geotransform = [500_000, 20, 0, 4_000_000, 0, -20]
    try coarse.write(second, [[1, 1, 1, 1]])
    let raster = try Raster(path: first)
    let fine = try AlignedSource(raster, on: raster.grid)
    let other = try AlignedSource(path: second, on: raster.grid)
    let set = try BandSet(
      grid: raster.grid,
      members: [
        .init(name: "c", source: fine, band: 3, scale: 1),
        .init(name: "swir", source: other, band: 1, offset: -1000),
        .init(name: "a", source: fine, band: 1),
        .init(name: "a again", source: fine, band: 1, scale: 1, offset: 0.5),
      ])
    #expect(set.names == ["c", "swir", "a", "a again"])
    let samples = try set.read(Window(x: 2, y: 0, width: 2, height: 1))
    #expect(seen(samples) == [203, 204, -999, -999, nil, 40, nil, 4.5])
  }

  @Test("Channels that follow one another are read in place")
  func contiguous() throws {
    let path = folder.file("a.tif")
    try TestRaster().write(path, [counting(12), counting(12).map { -$0 }])
    let raster = try Raster(path: path)
    let source = try AlignedSource(raster, on: raster.grid)
    let set = try BandSet(
      grid: raster.grid,
      members: [2, 1].map { .init(name: "\($0)", source: source, band: $0) })
    let samples = try set.read(Window(x: -1, y: 0, width: 2, height: 1))
    #expect(seen(samples) == [nil, -1, nil, 1])
  }

  @Test("A missing band is refused before anything is read")
  func missingBand() throws {
    let path = folder.file("a.tif")
    try TestRaster().write(path, [counting(12)])
    let raster = try Raster(path: path)
    let source = try AlignedSource(raster, on: raster.grid)
    #expect(
      message {
        _ = try BandSet(
          grid: raster.grid, members: [.init(name: "nir", source: source, band: 4)])
      } == "\(path): cannot read 0x0+0+0 of bands [4]: the raster has bands 1 to 1")
  }
}
