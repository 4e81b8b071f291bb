import Configuration
import Rasters
import Testing

@testable import Pipelines

struct PipelineFileTests {
  let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    try folder.makeFolder("data")
    for name in ["pre.tif", "post.tif", "label.tif", "other.tif"] {
      try folder.write("", as: "data/\(name)")
    }
  }

  private func decode(_ text: String, _ changes: [String] = []) throws -> PipelineFile {
    try folder.write(text, as: "fire.v2.yaml")
    return try PipelineFile(
      path: folder.file("fire.v2.yaml"), changes: changes, currentDirectory: folder.file("data"))
  }

  private let short = """
    scenes: {name: a, pre: data/pre.tif, post: data/post.tif}
    classes: [{name: no}, {name: yes it is}]
    stages: [align]

    """

  @Test("A short file is filled in with defaults")
  func defaults() throws {
    let pipeline = try decode(short)
    #expect(pipeline.name == "fire.v2")
    #expect(pipeline.output == nil && pipeline.model == nil)
    #expect(pipeline.classes.ignore == 255)
    #expect(pipeline.classes.items.map(\.code) == [0, 1])
    #expect(pipeline.classes.items.map(\.colour.hex) == ["#bbbbbb", "#d55e00"])
    let scene = try #require(pipeline.scenes.first)
    #expect(scene.roles == [.map] && scene.label == nil)
    #expect(scene.rasters["pre"] == SceneRaster(path: folder.file("data/pre.tif")))
    let align = try #require(pipeline.stages.first as? AlignStage)
    #expect(align.rasters == ["pre", "post"] && align.gridImage == "post")
    #expect(align.bands == ["blue", "green", "red", "nir", "swir1", "swir2"])
    #expect(align.resampling == .bilinear)
  }

  @Test("Everything that can be written is decoded")
  func everything() throws {
    let pipeline = try decode(
      """
      output: results
      ignore: -1
      scenes:
        - name: Zürich_1.a-b
          role: [train, validate, map]
          t1: data/pre.tif
          t2:
            path: data/post.tif
            bands: [B4, B8]
            scale: [0.5, 2]
            offset: -0.1
            nodata: -9999
            date: 2020-08-05
          label: {path: data/label.tif, nodata: 0}
      classes:
        - {name: water, value: 11, colour: "#0000FF"}
        - {name: urban, value: 21}
        - {name: forest, value: 41}
      stages:
        - align: {rasters: [t1, t2], bands: [B4, B8], grid: t1, resampling: nearest}
        - train: {epochs: 2, seed: 7, patience: 4}
        - predict
        - write: {probabilities: all, baseline: ""}
      """)
    #expect(pipeline.output == "results")
    #expect(pipeline.classes.ignore == -1)
    #expect(pipeline.classes.items.map(\.name) == ["water", "urban", "forest"])
    #expect(pipeline.classes.positions == [11: 0, 21: 1, 41: 2])
    #expect(pipeline.classes.items.map(\.colour.hex) == ["#0000ff", "#d55e00", "#0072b2"])
    #expect(
      pipeline.classes.rasterClasses.map(\.value) == [0, 1, 2]
        && pipeline.classes.rasterClasses.map(\.code) == [11, 21, 41])
    let scene = try #require(pipeline.scenes.first)
    #expect(scene.name == "Zürich_1.a-b")
    #expect(scene.roles == [.train, .validate, .map])
    let raster = try #require(scene.rasters["t2"])
    #expect(raster.bands == ["B4", "B8"] && raster.scale == [0.5, 2] && raster.offset == [-0.1])
    #expect(raster.nodata == -9999 && raster.date == "2020-08-05")
    #expect(scene.label?.nodata == 0)
    let train = try #require(pipeline.stages[1] as? TrainStage)
    #expect(train.channels.names == ["t1.B4", "t1.B8", "t2.B4", "t2.B8"])
    #expect(train.channels.before == "t1" && train.channels.after == "t1")
    #expect(train.settings.integer("epochs") == 2 && train.settings.number("jitter") == 0.1)
    #expect(train.settings.optionalInteger("patience") == 4)
    #expect(
      pipeline.stages.map { type(of: $0).component.name } == ["align", "train", "predict", "write"])
    let write = try #require(pipeline.stages.last)
    #expect(
      write.outputs(scene) == ["Zürich_1.a-b_classes.tif", "Zürich_1.a-b_probability.tif"])
  }

  @Test("Paths are relative to the file, and those of --set to the current folder")
  func paths() throws {
    let pipeline = try decode(short, ["scenes.pre=other.tif"])
    let scene = try #require(pipeline.scenes.first)
    #expect(scene.rasters["pre"]?.path == folder.file("data/other.tif"))
    #expect(scene.rasters["post"]?.path == folder.file("data/post.tif"))
    let absolute = try decode(short, ["scenes.pre=\(folder.file("data/label.tif"))"])
    #expect(absolute.scenes.first?.rasters["pre"]?.path == folder.file("data/label.tif"))
  }

  @Test("Changes of the command line apply in order, and add keys that were left out")
  func changes() throws {
    let pipeline = try decode(
      short, ["stages.align.grid=post", "stages.align.grid=pre", "classes.0.value=9", "output=o"])
    #expect((pipeline.stages.first as? AlignStage)?.gridImage == "pre")
    #expect(pipeline.classes.items.map(\.code) == [9, 1])
    #expect(pipeline.output == "o")
  }

  @Test("Default channels are those that the bands allow, and the others are said to be left out")
  func leftOut() throws {
    let text = short.replacing("[align]", with: "[align: {bands: [red, nir]}, indices]")
    let stage = try #require(try decode(text).stages.last as? IndicesStage)
    #expect(stage.channels.names == ["pre.red", "pre.nir", "post.red", "post.nir", "dndvi"])
    #expect(
      stage.leftOut == [
        "dnbr (nbr needs the band swir2, which 'pre' lacks: it has red, nir)",
        "dnbr2 (nbr2 needs the band swir1, which 'pre' lacks: it has red, nir)",
      ])
    #expect(stage.rasters.names.isEmpty)
  }

  @Test("The network can see indices alone, and only the bands that they need are read")
  func indicesAlone() throws {
    let text = short.replacing("[align]", with: "[align, indices: {bands: false}]")
    let stage = try #require(try decode(text).stages.last as? IndicesStage)
    #expect(stage.channels.names == ["dnbr", "dnbr2", "dndvi"])
    #expect(stage.channels.pruned.bands.count == 8)
  }

  @Test("With one image there are no differences")
  func oneImage() throws {
    let text = """
      scenes: {name: a, post: data/post.tif}
      classes: [{name: no}, {name: burned}]
      stages: [align: {rasters: post}, indices]
      """
    let stage = try #require(try decode(text).stages.last as? IndicesStage)
    #expect(stage.channels.names == stage.align.bandNames)
    #expect(stage.rasters.names.isEmpty)
    #expect(
      folder.message {
        _ = try decode(text, ["stages.indices.channels=[post.nbr, dnbr]"])
      }
        == "--set stages.indices.channels=[post.nbr, dnbr]: dnbr is a difference of two images, "
        + "'before' and 'after' are both 'post'")
  }

  @Test("The stages of a scene write the files that they announce, in order")
  func outputs() throws {
    let text = short.replacing(
      "name: a,", with: "name: a, role: [train, map], label: data/label.tif,"
    )
    .replacing("[align]", with: "[align, indices, train, predict, write]")
    #expect(
      Runner(try decode(text), options: RunOptions(threads: 1)).outputNames == [
        "a_dnbr.tif", "model.safetensors", "a_classes.tif", "a_probability.tif", "summary.json",
      ])
    let none = try decode(text, ["stages.write.probabilities=none", "stages.indices.rasters=[]"])
    #expect(
      Runner(none, options: RunOptions(threads: 1)).outputNames == [
        "model.safetensors", "a_classes.tif", "summary.json",
      ])
  }
}
