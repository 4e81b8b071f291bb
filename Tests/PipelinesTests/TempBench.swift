import CGDAL
import Foundation
import Rasters
import Testing
@testable import Pipelines
struct TempBench {
  @Test func big() throws {
    let folder = try TestFolder()
    let n = 2048
    let grid = TestGrid(width: n, height: n)
    let noise = (0..<n * n).map { hashed($0 % n, $0 / n, 1) }
    func smooth(_ x: Int, _ y: Int) -> Float {
      var s: Float = 0; var c: Float = 0
      for dy in -2...2 { for dx in -2...2 { let (a, b) = (x + dx, y + dy)
        if a >= 0, b >= 0, a < n, b < n { s += noise[b * n + a]; c += 1 } } }
      return s / c + 0.25 * hashed(x / 64, y / 64, 3)
    }
    let f = (0..<n * n).map { smooth($0 % n, $0 / n) }
    try grid.writeLabels(folder.file("map.tif")) { x, y in f[y * n + x] > 0.68 ? 1 : 0 }
    try grid.write(folder.file("p.tif"), bands: ["a", "b"]) { k, x, y in k == 1 ? f[y * n + x] : 1 - f[y * n + x] }
    func time(_ what: String, _ body: () throws -> Void) rethrows {
      let t = Date(); try body(); print("BENCH", what, Date().timeIntervalSince(t)) }
    let map = try Raster(path: folder.file("map.tif"))
    var d = RasterDescription(grid: map.grid, type: .byte, bands: ["class"]); d.layout = .tiled
    var patches: [Int: Patch] = [:]
    for values in [Set([0, 1])] {
      try time("table \(values)") {
        let w = try RasterWriter(path: folder.file("c.tif"), description: d)
        patches = try PatchTable(values: values, connectedness: .four).patches(of: map, probabilities: Raster(path: folder.file("p.tif")), to: w) { _, _ in }
        try w.finish()
      }
      try time("polygons \(values)") {
        let w = try VectorWriter(path: folder.file("o.gpkg"), layer: "a", crs: map.grid.crs, fields: PolygonsStage.fields, style: nil)
        let count = try w.addPolygons(of: Raster(path: folder.file("c.tif")), connectedness: .four) { p in
          let q = patches[p]!
          return [.text("burned"), .integer(q.value), .integer(1), .real(q.squareMetres), .integer(q.pixels), .real(q.probabilitySum / Double(q.pixels)), .real(Double(q.greatestProbability))] }
        print("BENCH", count, patches.count)
        try w.finish()
      }
      time("gdal alone") {
        let ds = GDALOpen(folder.file("c.tif"), GA_ReadOnly)
        let out = GDALCreate(GDALGetDriverByName("GPKG"), folder.file("g\(values.count).gpkg"), 0, 0, 0, GDT_Unknown, nil)
        let layer = GDALDatasetCreateLayer(out, "a", nil, wkbPolygon, nil)
        OGR_L_CreateField(layer, OGR_Fld_Create("DN", OFTInteger), 1)
        GDALDatasetStartTransaction(out, 0)
        let b = GDALGetRasterBand(ds, 1)
        _ = GDALPolygonize(b, GDALGetMaskBand(b), layer, 0, nil, nil, nil)
        GDALDatasetCommitTransaction(out); GDALClose(out); GDALClose(ds)
      }
    }
    try time("sieve") {
      let w = try RasterWriter(path: folder.file("s.tif"), description: d)
      try w.writeSieved(map, least: 6, connectedness: .four); try w.finish() }
    try time("holes") {
      let w = try RasterWriter(path: folder.file("h.tif"), description: d)
      try HoleFilling(value: 1, mostPixels: 20, connectedness: .four).write(map, to: w) { _, _ in }; try w.finish() }
  }
}
