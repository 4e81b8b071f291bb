import Engine
import Rasters
import TestSupport
import Testing

@testable import Pipelines

struct SummaryTests {
  private func count(_ grid: TestGrid, _ classes: [UInt8], side: Int) throws -> AreaCount {
    let grid = try grid.grid()
    var area = AreaCount(grid: grid, classes: 2)
    for window in grid.windows(side: side) {
      area.add(
        (0..<window.pixelCount).map {
          classes[(window.y + $0 / window.width) * grid.width + window.x + $0 % window.width]
        }, window)
    }
    return area
  }

  @Test("Areas of a projected grid are pixels times their area, whatever the windows")
  func projected() throws {
    let grid = TestGrid(width: 3, height: 2, geotransform: [500_000, 30, 0, 4_000_000, 0, -20])
    for side in [1, 2, 512] {
      let area = try count(grid, [0, 1, 1, 255, 1, 0], side: side)
      #expect(area.pixels == [2, 3, 1])
      // 600 m² each
      #expect((0...2).map { area.hectares($0) } == [0.12, 0.18, 0.06])
    }
  }

  @Test("Areas of a grid in degrees shrink with latitude, row by row")
  func degrees() throws {
    // cells of a degree with upper edges at 46° and 1°, by Simpson's rule over the radii of
    // curvature of WGS 84, in km²: 8 686.494 956 671 and 12 308.463 893 975
    let north = TestGrid(width: 2, height: 1, geotransform: [0, 1, 0, 46, 0, -1], crs: "EPSG:4326")
    let area = try count(north, [0, 1], side: 512)
    #expect(abs(try #require(area.hectares(1)) - 868_649.495_667_1) < 1e-5)
    let tall = TestGrid(width: 1, height: 46, geotransform: [0, 1, 0, 46, 0, -1], crs: "EPSG:4326")
    let rows = try count(tall, (0..<46).map { $0 == 0 ? 0 : $0 == 45 ? 1 : 255 }, side: 7)
    #expect(abs(try #require(rows.hectares(0)) - 868_649.495_667_1) < 1e-5)
    #expect(abs(try #require(rows.hectares(1)) - 1_230_846.389_397_5) < 1e-5)
  }

  @Test("Without a reference system there are pixels, but no hectares")
  func noCRS() throws {
    let area = try count(TestGrid(width: 2, height: 1, crs: ""), [0, 255], side: 512)
    #expect(area.pixels == [1, 0, 1] && area.hectares(0) == nil && area.hectares(2) == nil)
  }

  @Test("The JSON has sorted keys, ends with a line break and leaves out what is unknown")
  func json() throws {
    var summary = Summary(pipeline: "a/b.yaml")
    summary.update("s") {
      $0.classes = [Summary.ClassArea(value: 0, code: 11, name: "wäter", pixels: 5, hectares: nil)]
      $0.notObservedPixels = 2
      $0.notObservedHectares = 0.5
    }
    summary.update("s") { $0.dates = ["post": "2020-08-05"] }
    summary.add(file: "x.tif")
    summary.add(file: "x.tif")
    #expect(
      String(decoding: try summary.encoded(), as: UTF8.self) == """
        {
          "files" : [
            "x.tif"
          ],
          "pipeline" : "a/b.yaml",
          "scenes" : [
            {
              "classes" : [
                {
                  "code" : 11,
                  "name" : "wäter",
                  "pixels" : 5,
                  "value" : 0
                }
              ],
              "dates" : {
                "post" : "2020-08-05"
              },
              "name" : "s",
              "notObservedHectares" : 0.5,
              "notObservedPixels" : 2
            }
          ],
          "version" : "\(Version.text)"
        }

        """)
  }
}
