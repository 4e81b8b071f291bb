import Foundation
import Rasters
import Testing

@testable import rspipe

@Suite("--memory")
struct MemoryTests {
  @Test("sizes are bytes, or have a unit")
  func sizes() {
    #expect(ByteSize.bytes("1") == 1)
    #expect(ByteSize.bytes("3k") == 3072)
    #expect(ByteSize.bytes("800M") == 800 << 20)
    #expect(ByteSize.bytes("1.5G") == 3 << 29)
    for text in ["", "M", "0", "0M", "-1M", "1.5", "1e3", "1MB", "x", "1 M", "99999999999G", "+1"] {
      #expect(ByteSize.bytes(text) == nil, "\(text)")
    }
  }

  @Test("what is no size is refused")
  func wrong() {
    let run = CommandLineRun(["run", "p.yaml", "--memory", "much"])
    #expect(run.status == 2)
    #expect(
      run.errors == "rspipe: '--memory' takes a size such as 800M or 2G, found 'much'\n")
  }

  /// A scene of three bands of bytes in blocks of 512 pixels.
  private static let side = 1536

  private func scene() throws -> Folder {
    let folder = try Folder()
    try TinyModel.write(
      to: folder.file("m.safetensors"), channels: ["post.red", "post.nir", "post.swir2"], mean: 60)
    let grid = try Grid(
      width: Self.side, height: Self.side, geotransform: [500_000, 10, 0, 4_000_000, 0, -10],
      crs: "EPSG:32610")
    var description = RasterDescription(grid: grid, type: .byte, bands: TinyScene.bands)
    description.layout = .tiled
    let writer = try RasterWriter(path: folder.file("post.tif"), description: description)
    for band in 1...3 {
      try writer.write(
        grid.window, band: band, (0..<grid.window.pixelCount).map { UInt8($0 * band % 101) })
    }
    try writer.finish()
    return folder
  }

  private func predict(
    _ folder: Folder, _ options: String, variables: String = ""
  ) throws -> (run: CommandLineRun, bytesRead: Int) {
    // what a shell's programs have read is counted with its own once they have ended
    let run = try CommandLineRun(
      shell: "cd \(folder.path) && \(variables) rspipe predict --model m.safetensors "
        + "post=post.tif map.tif --overwrite -q --threads 1 \(options) || exit $?; "
        + "grep rchar /proc/$$/io")
    return (
      run,
      Int(run.output.split(separator: " ").last?.trimmingCharacters(in: .newlines) ?? "")
        ?? 0
    )
  }

  @Test("every block is read once, unless there is no memory for it; the map is the same")
  func once() throws {
    let folder = try scene()
    let (run, whole) = try predict(folder, "--tile \(Self.side)")
    #expect(run.status == 0, "\(run.errors)")
    let map = try Data(contentsOf: URL(fileURLWithPath: folder.file("map.tif")))
    let size = 3 * Self.side * Self.side
    let (_, windows) = try predict(folder, "--tile 512")
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("map.tif"))) == map)
    // the rest of what is read, such as libraries and probabilities, is the same
    #expect(whole > size && windows < whole + size / 10, "\(whole) \(windows)")
    let (_, thrashing) = try predict(folder, "--tile 512", variables: "GDAL_CACHEMAX=100000")
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("map.tif"))) == map)
    #expect(thrashing > windows + 2 * size, "\(windows) \(thrashing)")
  }

  @Test("too little memory is refused before anything is read, naming the least; that is enough")
  func least() throws {
    let folder = try scene()
    let (run, _) = try predict(folder, "--memory 1M --tile 128")
    #expect(run.status == 2)
    let least = run.errors.split(separator: " ").first { $0.hasSuffix("M;") }?.dropLast() ?? ""
    #expect(
      run.errors == "rspipe: --memory 1M is too small: this scene takes at least \(least); a "
        + "smaller 'tile' takes less\n")
    #expect(!folder.names.contains("map.tif"))
    #expect(try predict(folder, "--memory \(least) --tile 128").run.status == 0)
    #expect(folder.names.contains("map.tif"))
  }
}
