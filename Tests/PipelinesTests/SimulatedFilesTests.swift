import Rasters
import Simulation
import Testing

@testable import Pipelines

struct SimulatedFilesTests {
  private func classes(_ path: String) throws -> [UInt8] {
    let raster = try Raster(path: path)
    return try raster.readClasses(raster.grid.window, band: 1).map { $0.map { UInt8($0) } ?? 255 }
  }

  @Test("A simulated scene has classes of severity, known where the truth is")
  func severity() throws {
    let folder = try TestFolder()
    var files = SimulatedFiles(prefix: folder.file("s"), overwrites: false)
    try files.writeScene(seed: 7, side: 96)
    #expect(
      files.written.map { folder.shortened($0) }
        == ["s_pre.tif", "s_post.tif", "s_truth.tif", "s_severity.tif", "s_dem.tif"])
    let scene = FireSimulator(seed: 7, width: 96, height: 96).run()
    let expected = zip(scene.truth, scene.severity).map { truth, severity -> UInt8 in
      truth == 255 ? 255 : severity == 0 ? 0 : severity < 0.3 ? 1 : severity < 0.6 ? 2 : 3
    }
    let found = try classes(folder.file("s_severity.tif"))
    #expect(found == expected)
    #expect(Set(found).isSuperset(of: [0, 1, 2, 3]))
    let names = try Raster(path: folder.file("s_severity.tif")).categoryNames(band: 1)
    #expect(names == ["unburned", "low", "moderate", "high"])
  }

  @Test("A fire burned into an image has them too")
  func burned() throws {
    let folder = try TestFolder()
    var source = SimulatedFiles(prefix: folder.file("s"), overwrites: false)
    try source.writeScene(seed: 3, side: 64)
    var files = SimulatedFiles(prefix: folder.file("f"), overwrites: false)
    try files.burn(seed: 2, image: folder.file("s_pre.tif"), elevation: nil, burnedShare: 0.2)
    #expect(
      files.written.map { folder.shortened($0) }
        == ["f_post.tif", "f_truth.tif", "f_severity.tif"])
    let truth = try classes(folder.file("f_truth.tif"))
    let severity = try classes(folder.file("f_severity.tif"))
    for (truth, severity) in zip(truth, severity) {
      #expect(severity == 255 ? truth == 255 : (severity > 0 ? 1 : 0) == truth)
    }
  }

  @Test("A raster of severity in the way is refused")
  func inTheWay() throws {
    let folder = try TestFolder()
    try folder.write("precious", as: "s_severity.tif")
    var files = SimulatedFiles(prefix: folder.file("s"), overwrites: false)
    #expect(
      folder.message { try files.writeScene(seed: 1, side: 32) }
        == "s_severity.tif: exists; use --overwrite to replace it")
    #expect(files.written.isEmpty)
  }
}
