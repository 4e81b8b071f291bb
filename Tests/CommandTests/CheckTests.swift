import Pipelines
import Models
import Testing

@testable import rspipe

@Suite("rspipe check")
struct CheckTests {
  @Test("a good file is ok")
  func good() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder)
    #expect(
      CommandLineRun(["check", path])
        == CommandLineRun(status: 0, output: "\(path): ok (5 stages, 1 scene)\n", errors: ""))
    #expect(folder.names == ["fire.yaml", "label.tif", "post.tif", "pre.tif"])
  }

  @Test("changes of the command line count")
  func changes() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder)
    let run = CommandLineRun(["check", path, "--set", "stages.train.epochs=none"])
    #expect(run.status == 2)
    #expect(
      run.errors
        == "rspipe: --set stages.train.epochs=none: 'epochs' takes a whole number from 1 to "
        + "100000, found 'none'\n")
  }

  @Test(
    "mistakes are told at their place",
    arguments: [
      (
        "predict", "predcit", 2,
        ":13:5: unknown stage 'predcit'. Did you mean 'predict'? Known stages: "
          + StageRegistry.all.map { $0.component.name }.joined(separator: ", ")
      ),
      (
        "base: 2", "bsae: 2", 2,
        ":11:28: unknown key 'bsae' of model 'unet'. Did you mean 'base'? Allowed keys: "
          + UNet.component.settings.map(\.key).joined(separator: ", ")
      ),
      ("[dnbr]", "[dnbrr]", 2, ":9:26: unknown channel 'dnbrr'."),
      (
        ", label: label.tif", "", 2, ":3:24: scene 'hill' is to train but has no 'label'"
      ),
    ])
  func mistakes(_ old: String, _ new: String, _ status: Int32, _ message: String) throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder, replacing: old, with: new)
    let run = CommandLineRun(["check", path])
    #expect(run.status == status)
    #expect(run.output == "")
    let place = message.hasPrefix(":") ? path : folder.path + "/"
    if message.hasSuffix(".") {
      // the list of what there is follows
      #expect(run.errors.hasPrefix("rspipe: \(place)\(message)"), "\(run.errors)")
    } else {
      #expect(run.errors == "rspipe: \(place)\(message)\n")
    }
  }
  @Test("a missing input is told at its place")
  func missingInput() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder, replacing: "post: post.tif", with: "post: no.tif")
    let run = CommandLineRun(["check", path])
    #expect(run.output == "")
    #expect(
      run.errors == "rspipe: \(path):3:58: 'post' names '\(folder.file("no.tif"))': no such file "
        + "or directory\n")
  }

  @Test("headers of inputs are read: a band that is not there ends with status 3")
  func headers() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(
      in: folder, replacing: "[red, nir, swir2]", with: "[red, nir, swir2, green]")
    let run = CommandLineRun(["check", path])
    #expect(run.status == 3)
    #expect(
      run.errors == "rspipe: \(folder.file("pre.tif")): cannot find the band 'green': no band of "
        + "that name, or it is ambiguous here; the bands are 1 'red', 2 'nir', 3 'swir2'\n")
  }
}
