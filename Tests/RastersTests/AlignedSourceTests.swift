import CGDAL
import Testing

@testable import Rasters

@Suite struct AlignedSourceTests {
  let folder: Folder
  let path: String

  init() throws {
    folder = try Folder()
    path = folder.file("a.tif")
  }

  /// A smooth surface over longitude and latitude.
  func surface(_ longitude: Double, _ latitude: Double) -> Double {
    1000 + 300 * (longitude + 122) + 500 * (latitude - 38)
  }

  @Test("The same grid and parts of it are read as they are")
  func direct() throws {
    try TestRaster().write(path, [counting(12)])
    let raster = try Raster(path: path)
    let same = try AlignedSource(raster, on: raster.grid)
    #expect(same.isDirect)
    #expect(try same.samples(raster.grid.window) == counting(12).map(Float.init))
    let part = try raster.grid.cropped(to: Window(x: 2, y: 1, width: 3, height: 2))
    let shifted = try AlignedSource(raster, on: part)
    #expect(shifted.isDirect)
    #expect(seen(try shifted.samples(part.window)) == [7, 8, nil, 11, 12, nil])
    #expect(try shifted.readClasses(part.window, band: 1) == [7, 8, nil, 11, 12, nil])
  }

  @Test("A window may reach beyond the grid, and is NaN there")
  func beyond() throws {
    try TestRaster().write(path, [counting(12)])
    let raster = try Raster(path: path)
    let source = try AlignedSource(raster, on: raster.grid)
    let window = Window(x: -1, y: 2, width: 3, height: 2)
    #expect(seen(try source.samples(window)) == [nil, 9, 10, nil, nil, nil])
    #expect(try source.readClasses(window, band: 1) == [nil, 9, 10, nil, nil, nil])
  }

  @Test("A grid in degrees is seen from UTM where a formula says it is")
  func degreesToUTM() throws {
    var source = TestRaster(width: 101, height: 97, type: GDT_Float64)
    source.geotransform = [-122.05, 0.001, 0, 38.05, 0, -0.001]
    source.crs = "EPSG:4326"
    try source.write(path, [try source.plane(surface)])
    // UTM zone 10 around (-122.0, 38.0), pixels of 90 m.
    let grid = try Grid(
      width: 53, height: 47, geotransform: [585_500, 90, 0, 4_208_500, 0, -90], crs: "EPSG:32610")
    let aligned = try AlignedSource(path: path, on: grid)
    #expect(!aligned.isDirect && aligned.resampling == .bilinear)
    let samples = try aligned.samples(grid.window)
    let toDegrees = try Transformer(
      from: aligned.raster.dataset, to: grid)
    var worst = 0.0
    for row in 0..<grid.height {
      for column in 0..<grid.width {
        let pixel = toDegrees.transform(
          [(Double(column) + 0.5, Double(row) + 0.5)], toRaster: true)[0]
        let place = try #require(pixel)
        let expected = surface(-122.05 + place.x * 0.001, 38.05 - place.y * 0.001)
        worst = max(worst, abs(Double(samples[row * grid.width + column]) - expected))
      }
    }
    // The surface is linear, so bilinear interpolation is exact; positions are off by at most
    // 0.001 pixels, that is 0.0008 in value, and Float has steps of 0.0001 here.
    #expect(worst < 0.0012)
  }

  @Test("The place itself is right: UTM coordinates of a known point")
  func knownPoint() throws {
    // (-122°, 38°) is (587798.4, 4206286.8) in UTM zone 10 N, WGS 84, to 0.1 m (Snyder 8-9, 8-10).
    var source = TestRaster(width: 200, height: 200)
    source.geotransform = [-122.1, 0.001, 0, 38.1, 0, -0.001]
    source.crs = "EPSG:4326"
    try source.write(path, [try source.plane { longitude, latitude in longitude * 1000 }])
    let grid = try Grid(
      width: 1, height: 1, geotransform: [587_797.9, 1, 0, 4_206_287.3, 0, -1], crs: "EPSG:32610")
    let value = try AlignedSource(path: path, on: grid).samples(grid.window)[0]
    // 1 m is 0.011 in value.
    #expect(abs(value - -122_000) < 0.03)
  }

  @Test("UTM is seen from degrees, south up and in prime sizes")
  func southUp() throws {
    var source = TestRaster(width: 97, height: 89, type: GDT_Float64)
    source.geotransform = [585_000, 60, 0, 4_203_000, 0, 60]
    try source.write(path, [try source.plane { x, y in x / 100 + y / 1000 }])
    let north = folder.file("north.tif")
    var flipped = source
    flipped.geotransform = [585_000, 60, 0, 4_203_000 + 89 * 60, 0, -60]
    try flipped.write(north, [try flipped.plane { x, y in x / 100 + y / 1000 }])
    let grid = try Grid(
      width: 31, height: 29, geotransform: [-122.02, 0.0007, 0, 38.005, 0, -0.0007],
      crs: "EPSG:4326")
    let first = try AlignedSource(path: path, on: grid).samples(grid.window)
    let second = try AlignedSource(path: north, on: grid).samples(grid.window)
    #expect(!first.contains { $0.isNaN })
    // Both see the same linear surface; positions may differ by 0.001 pixels = 0.0007.
    #expect(zip(first, second).allSatisfy { abs($0 - $1) < 0.0015 })
  }

  @Test("A south-up grid reads a north-up raster upside down")
  func southUpGrid() throws {
    try TestRaster(type: GDT_Float64).write(path, [counting(12)])
    let grid = try Grid(
      width: 4, height: 3, geotransform: [500_000, 10, 0, 3_999_970, 0, 10], crs: "EPSG:32610")
    let samples = try AlignedSource(path: path, on: grid).samples(grid.window)
    #expect(samples == [9, 10, 11, 12, 5, 6, 7, 8, 1, 2, 3, 4])
  }

  @Test("A rotated grid sees a linear surface where its pixels lie")
  func rotatedGrid() throws {
    var source = TestRaster(width: 40, height: 40, type: GDT_Float64)
    source.geotransform = [0, 10, 0, 400, 0, -10]
    try source.write(path, [try source.plane { x, y in x + 2 * y }])
    let grid = try Grid(
      width: 5, height: 4, geotransform: [150, 8, 6, 200, 6, -8], crs: "EPSG:32610")
    let samples = try AlignedSource(path: path, on: grid).samples(grid.window)
    let expected = (0..<20).map { index in
      let place = grid.mapCoordinates(
        column: Double(index % 5) + 0.5, row: Double(index / 5) + 0.5)
      return place.x + 2 * place.y
    }
    // 0.001 pixels are 0.03 in value.
    #expect(zip(samples, expected).allSatisfy { abs(Double($0) - $1) < 0.03 })
  }

  @Test("Labels take the nearest pixel, and large codes stay exact")
  func labels() throws {
    try TestRaster(width: 2, height: 2, type: GDT_Int32, nodata: 0).write(
      path, [[16_777_217, 2, 0, 4]])
    let grid = try Grid(
      width: 4, height: 4, geotransform: [500_001, 5, 0, 3_999_999, 0, -5], crs: "EPSG:32610")
    let labels = try AlignedSource(path: path, on: grid).readClasses(grid.window, band: 1)
    let code: Int32 = 16_777_217
    #expect(
      labels == [
        code, code, 2, 2, code, code, 2, 2, nil, nil, 4, 4, nil, nil, 4, 4,
      ])
  }

  @Test(
    "What was not observed changes nothing around it and stays NaN",
    arguments: [Resampling.bilinear, .cubic, .nearest])
  func noBleeding(_ resampling: Resampling) throws {
    var source = TestRaster(width: 12, height: 12, type: GDT_Int16, nodata: -9999)
    var plane = [Double](repeating: 100, count: 144)
    plane[5 * 12 + 5] = -9999
    source.scale = 0.01
    try source.write(path, [plane])
    // Quarter pixels, so that several target pixels lie in the hole.
    let grid = try Grid(
      width: 40, height: 40, geotransform: [500_010, 2.5, 0, 3_999_990, 0, -2.5],
      crs: "EPSG:32610")
    let samples = try AlignedSource(path: path, on: grid, resampling: resampling)
      .samples(grid.window)
    for (index, sample) in samples.enumerated() {
      let isInside = (16..<20).contains(index % 40) && (16..<20).contains(index / 40)
      if isInside {
        #expect(sample.isNaN, "pixel \(index % 40), \(index / 40)")
      } else {
        // All else is 1; the weights of a filter add up to 1 but for rounding.
        #expect(abs(sample - 1) < 1e-5, "pixel \(index % 40), \(index / 40)")
      }
    }
  }

  @Test("Each band has its own holes, and masks and opacity make holes too")
  func holesOfBands() throws {
    var first = [Double](repeating: 10, count: 64)
    var second = first
    (first[27], second[36]) = (0, 0)
    var alpha = [Double](repeating: 255, count: 64)
    alpha[18] = 0
    var mask = [UInt8](repeating: 255, count: 64)
    mask[45] = 0
    var source = TestRaster(width: 8, height: 8, type: GDT_Byte, nodata: 0, alphaBand: 3)
    source.mask = mask
    try source.write(path, [first, second, alpha])
    // Flipped, so that it must be warped but each pixel keeps its centre.
    let grid = try Grid(
      width: 8, height: 8, geotransform: [500_000, 10, 0, 3_999_920, 0, 10], crs: "EPSG:32610")
    let aligned = try AlignedSource(path: path, on: grid)
    #expect(!aligned.isDirect)
    var samples = [Float](repeating: 0, count: 128)
    try samples.withUnsafeMutableBufferPointer {
      try aligned.read(grid.window, bands: [1, 2], into: $0)
    }
    func holes(_ plane: ArraySlice<Float>) -> [Int] {
      // The index in the raster, which runs the other way.
      plane.enumerated().filter { $1.isNaN }.map { (7 - $0.offset / 8) * 8 + $0.offset % 8 }
        .sorted()
    }
    #expect(holes(samples[..<64]) == [18, 27, 45])
    #expect(holes(samples[64...]) == [18, 36, 45])
    #expect(samples.allSatisfy { $0.isNaN || $0 == 10 })
  }

  @Test("A grid coarser by more than two takes the mean of what was observed")
  func average() throws {
    var plane = counting(64)
    plane[0] = -1
    try TestRaster(width: 8, height: 8, nodata: -1).write(path, [plane])
    let grid = try Grid(
      width: 2, height: 2, geotransform: [500_000, 40, 0, 4_000_000, 0, -40], crs: "EPSG:32610")
    let aligned = try AlignedSource(path: path, on: grid)
    #expect(aligned.resampling == .average)
    let samples = try aligned.samples(grid.window)
    // Sixteen numbers each, of mean 14.5, 18.5, 46.5 and 50.5; the first has lost its 1.
    let first = Float((14.5 * 16 - 1) / 15)
    #expect(zip(samples, [first, 18.5, 46.5, 50.5]).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("Where the raster ends the grid is NaN")
  func partialOverlap() throws {
    try TestRaster(width: 8, height: 8).write(path, [[Double](repeating: 5, count: 64)])
    let grid = try Grid(
      width: 10, height: 4, geotransform: [500_042.5, 5, 0, 3_999_980, 0, -5], crs: "EPSG:32610")
    let samples = try AlignedSource(path: path, on: grid).samples(grid.window)
    let row: [Float?] = [5, 5, 5, 5, 5, 5, 5, nil, nil, nil]
    #expect(seen(samples) == row + row + row + row)
  }

  @Test("Windows read apart are the same as the whole")
  func windows() throws {
    var source = TestRaster(width: 701, height: 613)
    source.geotransform = [-122.35, 0.001, 0, 38.3, 0, -0.001]
    source.crs = "EPSG:4326"
    try source.write(
      path, [try source.plane { x, y in (x * 37).truncatingRemainder(dividingBy: 3) }])
    let grid = try Grid(
      width: 601, height: 523, geotransform: [560_000, 90, 0, 4_230_000, 0, -90],
      crs: "EPSG:32610")
    let whole = try AlignedSource(path: path, on: grid).samples(grid.window)
    let part = Window(x: 130, y: 250, width: 301, height: 211)
    let samples = try AlignedSource(path: path, on: grid).samples(part)
    for row in 0..<part.height {
      let start = (part.y + row) * grid.width + part.x
      #expect(
        seen(Array(whole[start..<(start + part.width)]))
          == seen(Array(samples[(row * part.width)..<((row + 1) * part.width)])))
    }
  }

  @Test("A raster one pixel wide is aligned")
  func onePixelWide() throws {
    var source = TestRaster(width: 1, height: 7, type: GDT_Float64)
    source.geotransform = [500_000, 10, 0, 4_000_000, 0, -10]
    try source.write(path, [counting(7)])
    let grid = try Grid(
      width: 1, height: 7, geotransform: [500_000, 10, 0, 3_999_930, 0, 10], crs: "EPSG:32610")
    #expect(try AlignedSource(path: path, on: grid).samples(grid.window) == [7, 6, 5, 4, 3, 2, 1])
  }

  @Test("Pixels outside a projection's domain are NaN, not an error")
  func outsideDomain() throws {
    var source = TestRaster(width: 36, height: 18)
    source.geotransform = [-180, 10, 0, 90, 0, -10]
    source.crs = "EPSG:4326"
    try source.write(path, [[Double](repeating: 3, count: 648)])
    // Orthographic view: the corners show no Earth.
    let grid = try Grid(
      width: 20, height: 20, geotransform: [-7e6, 7e5, 0, 7e6, 0, -7e5],
      crs: "+proj=ortho +lat_0=0 +lon_0=0 +R=6371000")
    let samples = try AlignedSource(path: path, on: grid).samples(grid.window)
    #expect(samples[0].isNaN && samples[210] == 3)
  }

  @Test("Places that cannot be related are refused with the reason")
  func refusals() throws {
    let utm = try Grid(
      width: 4, height: 3, geotransform: [500_000, 10, 0, 4_000_000, 0, -10], crs: "EPSG:32610")
    func refusal(of raster: TestRaster, on grid: Grid) throws -> String {
      try raster.write(path, [counting(12)])
      return message { _ = try AlignedSource(path: path, on: grid) }
    }
    let start = "\(path): cannot align the raster with the grid: "
    #expect(
      try refusal(of: TestRaster(crs: ""), on: utm)
        == start + "it has no coordinate reference system, the grid has WGS 84 / UTM zone 10N "
        + "(EPSG:32610); assign one with gdal_edit.py -a_srs")
    let bare = try Grid(width: 4, height: 3, geotransform: Grid.noGeotransform, crs: "")
    #expect(
      try refusal(of: TestRaster(), on: bare)
        == start + "the grid has no coordinate reference system, the raster has "
        + "WGS 84 / UTM zone 10N (EPSG:32610)")
    #expect(
      try refusal(of: TestRaster(crs: ""), on: bare)
        == start + "neither has a coordinate reference system, and their sizes or geotransforms "
        + "differ")
    var far = TestRaster()
    far.geotransform = [600_000, 10, 0, 4_000_000, 0, -10]
    let apart = start + "the raster and the grid do not overlap"
    #expect(try refusal(of: far, on: utm) == apart)
    far.crs = "EPSG:32611"
    #expect(try refusal(of: far, on: utm) == apart)
  }

  @Test("Rasters without any place align by equal size")
  func noPlace() throws {
    var source = TestRaster()
    (source.geotransform, source.crs) = (nil, "")
    try source.write(path, [counting(12)])
    let raster = try Raster(path: path)
    let bare = try Grid(width: 4, height: 3, geotransform: Grid.noGeotransform, crs: "")
    #expect(try AlignedSource(raster, on: bare).isDirect)
  }

  @Test("A path with characters special to XML is aligned")
  func specialPath() throws {
    let odd = folder.file("a & <b> \"c\" 'é'.tif")
    try TestRaster().write(odd, [counting(12)])
    let grid = try Grid(
      width: 4, height: 3, geotransform: [500_000, 10, 0, 3_999_970, 0, 10], crs: "EPSG:32610")
    #expect(try AlignedSource(path: odd, on: grid).samples(grid.window)[0] == 9)
  }
}

extension AlignedSource {
  /// The samples of band 1.
  fileprivate func samples(_ window: Window) throws -> [Float] {
    var samples = [Float](repeating: 0, count: window.pixelCount)
    try samples.withUnsafeMutableBufferPointer { try read(window, bands: [1], into: $0) }
    return samples
  }
}
