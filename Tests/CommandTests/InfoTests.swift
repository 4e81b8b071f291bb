import Foundation
import Testing

@testable import rspipe

@Suite("rspipe info")
struct InfoTests {
  @Test("a raster is shown without reading pixels")
  func raster() throws {
    let folder = try Folder()
    try TinyScene.write(to: folder)
    let path = folder.file("pre.tif")
    let run = CommandLineRun(["info", path])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("file: \(path)\nformat: GTiff\nsize: 24 × 24 pixels, 3 bands\n"))
    #expect(run.output.hasSuffix("\n"))
    let json = CommandLineRun(["info", "--json", path]).output
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["width"] as? Int == 24)
    #expect((object["bands"] as? [[String: Any]])?.map { $0["name"] as? String } == TinyScene.bands)
  }

  @Test("a pipeline is shown with every default")
  func pipeline() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder)
    let run = CommandLineRun(["info", path])
    #expect(run.status == 0, "\(run.errors)")
    for part in [
      "pipeline: \(path)\n", "\nscene hill (train, map)\n  post: \(folder.file("post.tif"))\n",
      "class     value  code  colour\nunburned      0     0  #bbbbbb\n",
      "\nstage align\n  bands: [\"red\", \"nir\", \"swir2\"]\n",
      "\n  model: {unet: {base: 2, depth: 1, ", "\nstage predict\n",
      "\n  \(folder.file("out"))/summary.json\n",
    ] {
      #expect(run.output.contains(part), "\(part)")
    }
    #expect(!run.output.contains("patience"), "a key without a default stays absent")
    let json = CommandLineRun(["info", path, "--json"])
    #expect(json.status == 0 && json.output.hasPrefix("{"))
  }

  @Test("a model is shown with its card and what it costs")
  func model() throws {
    let folder = try Folder()
    let path = folder.file("model.safetensors")
    try TinyModel.write(to: path)
    let run = CommandLineRun(["info", path])
    #expect(run.status == 0, "\(run.errors)")
    for part in [
      "architecture:    unet {base: 2, depth: 1}\n", "halo:            10 pixels\n",
      "total stride:    2 pixels\n", "receptive field: 19 pixels\n",
      "multiply-adds:   ", "images:          pre, post\n",
      "trained on:      windows of 16 pixels, pixels of 10.00 m\n",
      "score mean_iou:  0.5000\n",
      "\nchannel        mean  deviation\npost.nir    0.30000    0.10000\n",
      "\nclass     code  colour\nunburned     0  #bbbbbb\nburned       7  #d55e00\n",
    ] {
      #expect(run.output.contains(part), "\(part)\n\(run.output)")
    }
    let json = CommandLineRun(["info", path, "--json"])
    #expect(json.status == 0 && json.output.contains("\"totalStride\" : 2"))
  }

  @Test("a file of weights without a card is no model")
  func noModel() throws {
    let folder = try Folder()
    let path = try folder.write("not a model", as: "x.safetensors")
    let run = CommandLineRun(["info", path])
    #expect(run.status == 3)
    #expect(run.errors.hasPrefix("rspipe: \(path): "))
  }
}
