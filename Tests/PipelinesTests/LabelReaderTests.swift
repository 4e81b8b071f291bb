import Rasters
import Testing

@testable import Pipelines

struct LabelReaderTests {
  let folder: TestFolder
  let grid = TestGrid(width: 4, height: 2)

  init() throws { folder = try TestFolder() }

  private func classes(_ codes: [Int], ignore: Int = 255) -> ClassList {
    ClassList(
      items: codes.map {
        ClassList.Item(code: $0, name: "c\($0)", colour: Colour(red: 0, green: 0, blue: 0))
      }, ignore: ignore)
  }

  private func read(_ classes: ClassList, on grid: TestGrid) throws -> [UInt8] {
    let reader = try LabelReader(
      SceneRaster(path: folder.file("label.tif")), on: grid.grid(), classes: classes)
    return try reader.read(grid.grid().window)
  }

  @Test("Codes become positions in the list of classes; nodata and ignored codes become 255")
  func positions() throws {
    let codes: [UInt8] = [41, 11, 11, 200, 7, 41, 11, 41]
    try grid.writeLabels(folder.file("label.tif"), nodata: 7) { codes[$0 + 4 * $1] }
    #expect(
      try read(classes([11, 41], ignore: 200), on: grid) == [1, 0, 0, 255, 255, 1, 0, 1])
  }

  @Test("A code that is no class is refused with the classes")
  func unknown() throws {
    try grid.writeLabels(folder.file("label.tif")) { x, _ in UInt8(x) }
    #expect(
      folder.message { _ = try read(classes([0, 1, 2]), on: grid) }
        == "label.tif: the label 3 is no class. Classes: 0 c0, 1 c1, 2 c2; ignored: 255. "
        + "Add it to 'classes' or set 'ignore'")
    #expect(try read(classes([0, 1, 2, 3]), on: grid) == [0, 1, 2, 3, 0, 1, 2, 3])
  }

  @Test("Labels on another grid are taken from the nearest pixel, and are unknown outside")
  func otherGrid() throws {
    // 20 m labels from one pixel further east on: columns 1, 2 see label column 0, column 3 sees 1
    let coarse = TestGrid(width: 2, height: 1, geotransform: [500_010, 20, 0, 4_000_000, 0, -20])
    try coarse.writeLabels(folder.file("label.tif")) { x, _ in UInt8(x) }
    #expect(try read(classes([0, 1]), on: grid) == [255, 0, 0, 1, 255, 0, 0, 1])
  }

  @Test("A window beyond the grid holds no labels there")
  func beyond() throws {
    try grid.writeLabels(folder.file("label.tif")) { _, _ in 1 }
    let reader = try LabelReader(
      SceneRaster(path: folder.file("label.tif")), on: grid.grid(), classes: classes([0, 1]))
    #expect(
      try reader.read(Window(x: -1, y: 1, width: 3, height: 2)) == [255, 1, 1, 255, 255, 255])
  }
}
