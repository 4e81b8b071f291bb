import Foundation
import Testing

@testable import rspipe

@Suite("rspipe bench")
struct BenchTests {
  private func objects(_ lines: String) throws -> [[String: Any]] {
    try lines.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test("each measurement is a line of JSON with its name, times and multiply-adds")
  func json() throws {
    let run = CommandLineRun([
      "bench", "--json", "--size=16", "--repeat=1", "--threads=1", "--only", "unet32|conv3x3-12-",
      "--work=predict", "--work=train", "--work=layers",
    ])
    #expect(run.status == 0 && run.errors == "", "\(run.errors)")
    let lines = try objects(run.output)
    #expect(
      lines.map { $0["name"] as? String } == [
        "predict/unet32", "train/unet32", "layers/conv3x3-12-32-at-16",
        "layers/conv3x3-12-32-at-16/backward",
      ])
    for line in lines {
      #expect(line["n"] as? Int == 1 && line["threads"] as? Int == 1)
      for key in ["min_s", "median_s", "gmac", "gflops", "peak_mib"] {
        #expect(try #require(line[key] as? Double) > 0, "\(key) of \(line)")
      }
    }
    // 16² pixels × 9 taps × 12 × 32 channels; the backward pass is two such
    #expect(lines[2]["gmac"] as? Double == 0.000_884_736)
    #expect(lines[3]["gmac"] as? Double == 0.001_769_472)
    let forward = try #require(lines[0]["gmac"] as? Double)
    #expect(abs(try #require(lines[1]["gmac"] as? Double) / forward - 12) < 1e-9, "4 images × 3")
  }

  @Test("every layer runs in both passes")
  func layers() throws {
    let run = CommandLineRun([
      "bench", "--json", "--size=16", "--repeat=1", "--threads=1", "--work=layers",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let lines = try objects(run.output)
    #expect(lines.count == 22)
    for line in lines { #expect(line["gb_per_s"] as? Double ?? 0 > 0, "\(line)") }
  }

  @Test("a scene is made once in the folder named and mapped")
  func scene() throws {
    let folder = try Folder()
    let arguments = [
      "bench", "--json", "--work=scene", "--size=80", "--base=2", "--tile=32", "--threads=1",
      "--folder", folder.file("scenes"),
    ]
    let run = CommandLineRun(arguments)
    #expect(run.status == 0, "\(run.errors)")
    let line = try #require(try objects(run.output).first)
    #expect(line["name"] as? String == "scene/unet2")
    #expect(line["mpx_per_s"] as? Double ?? 0 > 0)
    let facts = try #require(line["scene"] as? [String: Int])
    #expect(facts["side"] == 80 && facts["window"] == 32)
    #expect(try #require(facts["halo"]) > 0)
    let image = folder.file("scenes/scene_80.tif")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: image))
    #expect(CommandLineRun(arguments).status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: image)) == bytes)
    #expect(FileManager.default.fileExists(atPath: folder.file("scenes/map.tif")))
    let info = CommandLineRun(["info", image])
    #expect(info.output.contains("size: 80 × 80 pixels, 12 bands"), "\(info.output)")
  }

  @Test("for people it is a table")
  func table() {
    let run = CommandLineRun([
      "bench", "--size=16", "--repeat=1", "--threads=1", "--work=layers", "--only", "pool.*16$",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("work ") && lines[0].hasSuffix("peak MiB"))
    #expect(lines[1].hasPrefix("layers/pool2x2-32-at-16 "))
  }

  @Test("--serve does what stdin names, each time it is named")
  func serve() throws {
    let run = try CommandLineRun(
      shell: """
        printf 'predict/unet32\\nlayers/pool2x2-32-at-16\\npredict/unet32\\n' \
          | rspipe bench --serve --size 16 --threads 1
        """)
    #expect(run.status == 0, "\(run.errors)")
    let lines = try objects(run.output)
    #expect(
      lines.map { $0["name"] as? String } == [
        "predict/unet32", "layers/pool2x2-32-at-16", "predict/unet32",
      ])
    for line in lines { #expect(line["seconds"] as? Double ?? 0 > 0) }
    let unknown = try CommandLineRun(
      shell: "echo unet32 | rspipe bench --serve --work scene --threads 1")
    #expect(unknown.status == 2)
    #expect(
      unknown.errors == "rspipe: nothing to measure is called 'unet32'. Names: scene/unet32\n")
  }

  @Test(
    "what cannot be measured is refused in one line",
    arguments: [
      (["--only", "("], "'--only' takes a regular expression, found '('"),
      (["--work=test"], "'--work' takes one of predict, train, layers, scene, found 'test'"),
      (["--size=15"], "'--size' takes a whole number from 16 to 65536, found '15'"),
    ])
  func refusals(_ arguments: [String], _ message: String) {
    let run = CommandLineRun(["bench"] + arguments)
    #expect(run.status == 2)
    #expect(run.errors == "rspipe: \(message)\n")
  }

  @Test("names that nothing has are refused with those there are")
  func noNames() {
    let run = CommandLineRun(["bench", "--work=predict", "--only=resnet"])
    #expect(run.status == 2)
    #expect(
      run.errors.hasPrefix(
        "rspipe: '--work' and '--only' leave nothing to measure. Names: predict/unet32, "),
      "\(run.errors)")
  }
}

@Suite("rspipe info --size")
struct InfoLayersTests {
  @Test("each layer of a model is shown with its cost")
  func layers() throws {
    let folder = try Folder()
    let path = folder.file("model.safetensors")
    try TinyModel.write(to: path)
    let run = CommandLineRun(["info", path, "--size", "64"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains(" MiB for 64 × 64 pixels\n"))
    let lines = run.output.split(separator: "\n").map { $0.split(separator: " ") }
    // 64² pixels × 9 taps × 3 × 2 channels; 64² × 2 numbers of 4 bytes; a pixel and its neighbours
    let first = try #require(lines.first { $0.first == "enc.0.conv1" })
    #expect(first[1] == "conv2d" && first.contains("1×64×64×2"), "\(first)")
    #expect(first.suffix(3) == ["0.22", "0.0", "3"], "\(first)")
    #expect(
      ["naive", "gemm", "direct", "winograd"].contains(first[first.count - 4]), "\(first)")
    let last = try #require(lines.first { $0.first == "head" })
    #expect(last[2] == "1×64×64×2" && last.last == "19", "\(last)")
    #expect(lines.last?.first == "allocated:")
  }

  @Test("the layers' multiply-adds add up to the model's, and the parts of memory to the peak")
  func json() throws {
    let folder = try Folder()
    let path = folder.file("model.safetensors")
    try TinyModel.write(to: path)
    let run = CommandLineRun(["info", path, "--size=64", "--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(
      layers.reduce(0) { $0 + ($1["multiplyAdds"] as? Int ?? 0) } == object["multiplyAdds"] as? Int)
    #expect(object["side"] as? Int == 64)
    let peak = try #require(object["peakBytes"] as? Int)
    let values = try #require(object["valueBytes"] as? Int)
    #expect(values > 0 && peak >= values)
    let plain = CommandLineRun(["info", path, "--json"])
    #expect(plain.status == 0 && !plain.output.contains("\"layers\""))
  }

  @Test("a raster has no layers")
  func raster() {
    let run = CommandLineRun(["info", "a.tif", "--size=64"])
    #expect(run.status == 2)
    #expect(run.errors == "rspipe: '--size' is for a model file (.safetensors), found 'a.tif'\n")
  }

  @Test("a network takes images of any size")
  func tiny() throws {
    let folder = try Folder()
    let path = folder.file("model.safetensors")
    try TinyModel.write(to: path)
    let run = CommandLineRun(["info", path, "--size=1"])
    #expect(run.status == 0 && run.errors == "", "\(run.errors)")
    #expect(run.output.contains("1×1×1×2"), "\(run.output)")
  }
}
