import Foundation
import Pipelines
import Testing

@testable import rspipe

@Suite("rspipe predict")
struct PredictTests {
  private func scene() throws -> (folder: Folder, start: [String]) {
    let folder = try Folder()
    try TinyScene.write(to: folder)
    try TinyModel.write(to: folder.file("m.safetensors"))
    return (folder, ["predict", "--model", folder.file("m.safetensors"), "--threads=1"])
  }

  @Test("a map is written and its areas are printed")
  func map() throws {
    let (folder, start) = try scene()
    let arguments =
      start + [
        "pre=\(folder.file("pre.tif"))", "post=\(folder.file("post.tif"))", folder.file("map.tif"),
      ]
    let run = CommandLineRun(arguments)
    #expect(run.status == 0 && run.errors == "", "\(run.errors)")
    #expect(run.output.hasPrefix("map\n  class         pixels  hectares\n  unburned "))
    #expect(run.output.hasSuffix("\nfiles:\n  \(folder.file("map.tif"))\n"))
    #expect(
      folder.names == [
        "label.tif", "m.safetensors", "map.qml", "map.tif", "map.tif.aux.xml", "post.tif",
        "pre.tif",
      ])

    let again = CommandLineRun(arguments)
    #expect(again.status == 2)
    #expect(
      again.errors == "rspipe: \(folder.file("map.tif")): exists; use --overwrite to replace it\n")
    let json = CommandLineRun(arguments + ["--overwrite", "--json"])
    let result = try JSONDecoder().decode(
      Summary.SceneResult.self, from: Data(json.output.utf8))
    #expect(result.classes.map(\.code) == [0, 7])
    #expect(result.classes.reduce(0) { $0 + $1.pixels } == 24 * 24)
  }

  @Test("images that are missing are named")
  func missing() throws {
    let (folder, start) = try scene()
    let run = CommandLineRun(start + ["post=\(folder.file("post.tif"))", folder.file("map.tif")])
    #expect(run.status == 2)
    #expect(
      run.errors == "rspipe: missing the image 'pre': the model \(folder.file("m.safetensors")) "
        + "takes post=FILE pre=FILE\n")
  }

  @Test("a sign in a folder's name names no image")
  func input() {
    #expect(PredictCommand.input("pre=a=b.tif") == .init(name: "pre", path: "a=b.tif"))
    #expect(PredictCommand.input("./a=b.tif") == .init(name: nil, path: "./a=b.tif"))
    #expect(PredictCommand.input("a.tif") == .init(name: nil, path: "a.tif"))
  }
}
