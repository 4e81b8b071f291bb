import Configuration
import Foundation
import Models
import Testing
import Training

@testable import Pipelines

/// The names of all stages, as messages list them.
private func known(_ components: [Component]) -> String {
  components.map(\.name).joined(separator: ", ")
}

private let stageNames = StageRegistry.all.map { $0.component.name }.joined(separator: ", ")

/// A mistake in a pipeline file that was good before, and what is said of it.
struct Mistake: Sendable, CustomTestStringConvertible {
  let good: String
  let bad: String
  let message: String
  var changes: [String] = []

  init(_ good: String, _ bad: String, _ message: String) {
    (self.good, self.bad, self.message) = (good, bad, message)
  }

  /// A mistake of the command line.
  init(set change: String, _ message: String) {
    (good, bad, self.message) = ("", "", message)
    changes = [change]
  }

  var testDescription: String { changes.first ?? bad }
}

struct PipelineFileErrorTests {
  static let good = """
    scenes:
      - name: a
        role: [train, map]
        pre: pre.tif
        post: post.tif
        label: label.tif
    classes:
      - name: unburned
      - {name: burned, value: 1, colour: "#d7301f"}
    stages:
      - align: {bands: [red, nir, swir1, swir2]}
      - indices
      - train: {epochs: 3}
      - predict: {tile: 64}
      - write: {threshold: 0.5}

    """

  /// The keys of the stage with most of them.
  private static let trainKeys = TrainStage.component.settings.map(\.key).joined(separator: ", ")

  static let shapes: [Mistake] = [
    Mistake(
      "scenes:\n", "scene:\n",
      "p.yaml:1:1: unknown key 'scene'. Did you mean 'scenes'? Allowed keys: output, "
        + "model, scenes, classes, ignore, stages"),
    Mistake(
      "stages:\n", "stage:\n",
      "p.yaml:1:1: missing key 'stages': give a list of stages, such as align, "
        + "train, predict"),
    Mistake(
      "    post: post.tif", "    prost: post.tif",
      "p.yaml:5:5: unknown key 'prost' of 'scenes'. Did you mean 'post'? Allowed "
        + "keys: name, role, pre, post, label"),
    Mistake(
      "    post: post.tif", "    post: {path: post.tif, scales: 2}",
      "p.yaml:5:28: unknown key 'scales' of 'post'. Did you mean 'scale'? Allowed "
        + "keys: path, bands, scale, offset, nodata, date"),
    Mistake(
      "- name: unburned", "- nam: unburned",
      "p.yaml:8:5: unknown key 'nam' of item 1 of 'classes'. Did you mean 'name'? "
        + "Allowed keys: value, name, colour"),
    Mistake(
      "  - indices", "  - index",
      "p.yaml:12:5: unknown stage 'index'. Known stages: \(stageNames)"),
    Mistake(
      "  - indices", "  - indices: {channel: dnbr}",
      "p.yaml:12:15: unknown key 'channel' of stage 'indices'. Did you mean "
        + "'channels'? Allowed keys: channels, rasters, bands, before, after"),
    Mistake(
      "{epochs: 3}", "{epoch: 3}",
      "p.yaml:13:13: unknown key 'epoch' of stage 'train'. Did you mean 'epochs'? "
        + "Allowed keys: \(trainKeys)"),
    Mistake(
      "{epochs: 3}", "{loss: {name: dise}}",
      "p.yaml:13:26: unknown loss 'dise'. Did you mean 'dice'? Known losses: "
        + known(LossRegistry.components)),
    Mistake(
      "{epochs: 3}", "{loss: [ce, {name: dice, smoth: 1}]}",
      "p.yaml:13:37: unknown key 'smoth' of loss 'dice'. Did you mean 'smooth'? "
        + "Allowed keys: "
        + DiceLoss.component.settings.map(\.key).joined(separator: ", ")),
    Mistake(
      "{epochs: 3}", "{model: u_net}",
      "p.yaml:13:20: unknown model 'u_net'. Did you mean 'unet'? Known models: "
        + known(ModelRegistry.components)),
    Mistake(
      "{epochs: 3}", "{model: {name: unet, depth: 9}}",
      "p.yaml:13:40: 'depth' takes a whole number from 1 to 6, found '9'"),
    Mistake(
      "{epochs: 3}", "{optimiser: adm}",
      "p.yaml:13:24: unknown optimiser 'adm'. Did you mean 'adam'? Known optimisers: "
        + known(OptimiserRegistry.components)),
    Mistake(
      "{epochs: 3}", "{schedule: cosin}",
      "p.yaml:13:23: unknown schedule 'cosin'. Did you mean 'cosine'? Known schedules: "
        + known(ScheduleRegistry.components)),
    Mistake(
      "    post: post.tif", "    post: post.tif\n    post: post.tif",
      "p.yaml:6:5: the key 'post' is already at line 5"),
    Mistake(
      "{epochs: 3}", "{epochs: three}",
      "p.yaml:13:21: 'epochs' takes a whole number from 1 to 100000, found 'three'"),
    Mistake(
      "{epochs: 3}", "{epochs: \"3\"}",
      "p.yaml:13:21: 'epochs' takes a whole number from 1 to 100000, found the text "
        + "'3'; remove the quotes"),
    Mistake(
      "{epochs: 3}", "{epochs: [3]}",
      "p.yaml:13:21: 'epochs' takes a whole number from 1 to 100000, found a list"),
    Mistake(
      "{epochs: 3}", "{flips: yes}",
      "p.yaml:13:20: 'flips' takes true or false, found 'yes'; write true"),
    Mistake(
      "    pre: pre.tif", "    pre: [pre.tif]",
      "p.yaml:4:10: 'pre' takes the path of a file, found a list"),
    Mistake(
      "    pre: pre.tif", "    pre: {path: pre.tif, nodata: none}",
      "p.yaml:4:34: 'nodata' takes a number, found 'none'"),
    Mistake(
      "    pre: pre.tif", "    pre: gone.tif",
      "p.yaml:4:10: 'pre' names 'gone.tif': no such file or directory"),
    Mistake(
      "    pre: pre.tif", "    pre: *image",
      "p.yaml:4:10: the alias '*image' has no anchor '&image' above it"),
    Mistake(
      "    pre: pre.tif\n", "",
      "p.yaml:2:5: missing key 'pre' of 'scenes': give the path of a file, or a "
        + "mapping of settings"),
    Mistake(
      "    pre: pre.tif", "\tpre: pre.tif",
      "p.yaml:4:1: a tab cannot indent; use spaces"),
    Mistake(
      "  - name: a\n", "  - name: a/b\n",
      "p.yaml:2:11: the name 'a/b' begins file names: use letters, digits, '-', '_' and '.'"),
    Mistake(
      "  - indices", "  - align",
      "p.yaml:12:5: the stage 'align' comes twice; each kind of stage may come once"),
    Mistake("scenes:\n", "scenes: &scenes\n", "no error"),
    Mistake(
      "scenes:\n", "model: gone.safetensors\nscenes:\n",
      "p.yaml:1:8: 'model' names 'gone.safetensors': no such file or directory"),
  ]

  static let meanings: [Mistake] = [
    Mistake(
      "  - indices", "  - indices: {bands: false, channels: []}",
      "p.yaml:12:22: without bands the network needs 'channels'"),
    Mistake(
      "{threshold: 0.5}", "{threshold: 1.5}",
      "p.yaml:15:24: 'threshold' takes a number from 0 to 1, found '1.5'"),
    Mistake(
      "{tile: 64}", "{tile: 64, halo: 64}",
      "p.yaml:14:31: 'halo' takes less than the 'tile' of 64 pixels, found 64"),
    Mistake(
      "{tile: 64}", "{tile: 8}",
      "p.yaml:14:21: 'tile' takes a whole number from 16 to 16384, found '8'"),
    Mistake(
      "scenes:\n", "scenes:\n  - {name: a, pre: pre.tif, post: post.tif}\n",
      "p.yaml:3:11: the name 'a' stands for two scenes"),
    Mistake(
      "    label: label.tif\n", "",
      "p.yaml:3:11: scene 'a' is to train but has no 'label'"),
    Mistake(
      "role: [train, map]", "role: [validate]",
      "p.yaml:13:5: the stage 'train' needs a scene with 'role: train' and a label, "
        + "or name weights by 'model'"),
    Mistake(
      "role: [train, map]", "role: map",
      "p.yaml:13:5: the stage 'train' needs a scene with 'role: train' and a label, "
        + "or name weights by 'model'"),
    Mistake(
      "role: [train, map]", "role: train",
      "p.yaml:14:5: the stage 'predict' needs a scene with 'role: map'"),
    Mistake(
      "role: [train, map]", "role: [train, test]",
      "p.yaml:3:19: item 2 of 'role' takes one of: train, validate, map, found 'test'"),
    Mistake(
      "  - name: unburned", "  - {name: unburned, value: 1}",
      "p.yaml:9:27: the value 1 stands for two classes"),
    Mistake(
      "  - name: unburned", "  - {name: burned, value: 7}",
      "p.yaml:9:12: the name 'burned' stands for two classes"),
    Mistake(
      "  - name: unburned", "  - {name: unburned, value: 255}",
      "p.yaml:8:29: the value 255 is the one that is ignored; set 'ignore' to "
        + "another number"),
    Mistake(
      "\"#d7301f\"", "red",
      "p.yaml:9:38: 'colour' takes a colour as \"#d7301f\", found 'red'"),
    Mistake(
      "  - {name: burned, value: 1, colour: \"#d7301f\"}\n", "",
      "p.yaml:8:3: 'classes' takes a list of 2 to 254 items, each a mapping of "
        + "settings, found 1 item"),
    Mistake(
      "  - name: unburned", "  - name: unburned\n  - {name: c, value: 5}",
      "p.yaml:16:24: 'threshold' is for two classes; there are 3"),
    Mistake(
      "  - align: {bands: [red, nir, swir1, swir2]}\n", "",
      "p.yaml:11:5: the stage 'indices' needs an earlier stage 'align'"),
    Mistake(
      "  - train: {epochs: 3}\n", "",
      "p.yaml:13:5: the stage 'predict' needs a stage 'train' before it, or a 'model'"),
    Mistake(
      "  - predict: {tile: 64}\n", "",
      "p.yaml:14:5: the stage 'write' needs an earlier stage 'predict'"),
    Mistake(
      "label: label.tif", "label: {path: label.tif, scale: 2}",
      "p.yaml:6:30: unknown key 'scale' of 'label'. Allowed keys: path, nodata"),
    Mistake(
      "{bands: [red, nir, swir1, swir2]}", "{bands: [red, nir, red]}",
      "p.yaml:11:20: 'bands' names 'red' twice"),
    Mistake(
      "{bands: [red, nir, swir1, swir2]}", "{rasters: [pre, label]}",
      "p.yaml:11:28: an image cannot be called 'label'"),
    Mistake(
      "{bands: [red, nir, swir1, swir2]}", "{rasters: [pre, post], grid: past}",
      "p.yaml:11:41: 'grid' takes one of the images pre, post, found 'past'"),
    Mistake(
      "{bands: [red, nir, swir1, swir2]}", "{resampling: bilinar}",
      "p.yaml:11:25: 'resampling' takes one of: nearest, bilinear, cubic, average, "
        + "found 'bilinar'. Did you mean 'bilinear'?"),
    Mistake(
      "  - indices", "  - indices: {channels: [dnbr, dndre]}",
      "p.yaml:12:32: ndre needs the band rededge2, which 'pre' lacks: it has red, "
        + "nir, swir1, swir2"),
    Mistake(
      "  - indices", "  - indices: {channels: [dnbr, dmbr]}",
      "p.yaml:12:32: unknown channel 'dmbr'. Did you mean 'dnbr'? Channels are bands "
        + "(pre.red, …), indices of an image (post.nbr) and differences (dnbr, rdnbr); "
        + "indices: nbr, nbr2, ndvi, gndvi, ndre, ndwi, bai, bais2"),
    Mistake(
      "  - indices", "  - indices: {rasters: [post.nirr]}",
      "p.yaml:12:25: unknown channel 'post.nirr'. Did you mean 'post.nir'? Channels "
        + "are bands (pre.red, …), indices of an image (post.nbr) and differences (dnbr, "
        + "rdnbr); indices: nbr, nbr2, ndvi, gndvi, ndre, ndwi, bai, bais2"),
    Mistake(
      "  - indices", "  - indices: {rasters: [dnbr, dnbr]}",
      "p.yaml:12:31: 'rasters' names 'dnbr' twice"),
    Mistake(
      "  - indices", "  - indices: {before: past}",
      "p.yaml:12:23: 'before' takes one of the images pre, post, found 'past'"),
    Mistake(
      "{threshold: 0.5}", "{baseline: dgndvi}",
      "p.yaml:15:23: gndvi needs the band green, which 'pre' lacks: it has red, nir, "
        + "swir1, swir2"),
    Mistake(
      "{threshold: 0.5}", "{probabilities: first}",
      "p.yaml:15:28: 'probabilities' takes one of: second, all, none, found 'first'"),
    Mistake(
      "{epochs: 3}", "{window: 16, model: {name: unet, depth: 5}}",
      "p.yaml:13:21: 'window' is smaller than the network's total stride of 32 pixels"),
    Mistake(
      "{epochs: 3}", "{validation: 0.5, test: 0.5}",
      "p.yaml:13:25: 'validation' and 'test' leave no block for training"),
    Mistake(
      "{epochs: 3}", "{block: 32, buffer: 16}",
      "p.yaml:13:32: 'buffer' leaves nothing of a block of 32 pixels"),
    Mistake(
      "{epochs: 3}", "{loss: bce}",
      "p.yaml:13:19: loss 'bce' does not suit a model with 2 output channels: use "
        + "'ce', or a model with one output channel"),
    Mistake(
      "{epochs: 3}", "{loss: [ce, {name: ce, class_weights: [1, 2, 3]}]}",
      "p.yaml:13:24: loss 'ce': class_weights has 3 numbers, but the model has 2 "
        + "output channels: give one number for each"),
    Mistake(
      "{epochs: 3}", "{optimiser: {name: sgd, nesterov: true}}",
      "p.yaml:13:24: optimiser 'sgd': nesterov needs momentum: write momentum: 0.9"),
    Mistake(
      "    pre: pre.tif", "    pre: {path: pre.tif, date: 5 August 2020}",
      "p.yaml:4:32: 'date' takes a day as YYYY-MM-DD, found '5 August 2020'"),
    Mistake(
      "    pre: pre.tif", "    pre: {path: pre.tif, bands: [a, b], scale: [1, 2, 3]}",
      "p.yaml:4:48: 'scale' takes one number or one for each of the 2 bands, found 3"),
  ]

  static let assignments: [Mistake] = [
    Mistake(
      set: "training.epochs=3",
      "--set training.epochs=3: the file has no 'training'. It has: scenes, classes, stages"),
    Mistake(
      set: "stages.train.epoch=3",
      "--set stages.train.epoch=3: unknown key 'epoch' of stage 'train'. Did you "
        + "mean 'epochs'? Allowed keys: \(trainKeys)"),
    Mistake(
      set: "stages.train.epochs=many",
      "--set stages.train.epochs=many: 'epochs' takes a whole number from 1 to "
        + "100000, found 'many'"),
    Mistake(
      set: "stages.trian.epochs=3",
      "--set stages.trian.epochs=3: 'stages' has no 'trian'. Did you mean 'train'? "
        + "It has: align, indices, train, predict, write"),
    Mistake(
      set: "stages.train.epochs",
      "--set stages.train.epochs: expected KEY=VALUE"),
    Mistake(
      set: "scenes.b.pre=pre.tif",
      "--set scenes.b.pre=pre.tif: 'scenes' has no 'b'. It has: a"),
    Mistake(
      set: "scenes.a.pre=gone.tif",
      "--set scenes.a.pre=gone.tif: 'pre' names 'gone.tif': no such file or directory"),
    Mistake(
      set: "scenes.a.name=[",
      "--set scenes.a.name=[: the value is no YAML: expected a value"),
  ]

  /// The folder with the images that the file names; empty, for no pixel is read.
  private func folder() throws -> TestFolder {
    let folder = try TestFolder()
    for name in ["pre.tif", "post.tif", "label.tif"] { try folder.write("", as: name) }
    return folder
  }

  private func check(_ mistake: Mistake) throws {
    let folder = try folder()
    let text =
      mistake.good.isEmpty
      ? Self.good : Self.good.replacingOccurrences(of: mistake.good, with: mistake.bad)
    #expect(mistake.good.isEmpty || text != Self.good, "the mistake was not made")
    try folder.write(text, as: "p.yaml")
    let message = folder.message {
      _ = try PipelineFile(
        path: folder.file("p.yaml"), changes: mistake.changes, currentDirectory: folder.path)
    }
    #expect(message == mistake.message)
  }

  @Test("A mistake in keys, kinds and files is named with its place", arguments: shapes)
  func shape(_ mistake: Mistake) throws { try check(mistake) }

  @Test("A mistake in what things mean together is named with its place", arguments: meanings)
  func meaning(_ mistake: Mistake) throws { try check(mistake) }

  @Test("A mistake of the command line is named as it was written", arguments: assignments)
  func commandLine(_ mistake: Mistake) throws { try check(mistake) }

  @Test("The file that all mistakes are made in is good")
  func goodFile() throws {
    let folder = try folder()
    try folder.write(Self.good, as: "p.yaml")
    #expect(folder.message { _ = try PipelineFile(path: folder.file("p.yaml")) } == "no error")
  }

  @Test("More than 254 classes are refused")
  func tooManyClasses() throws {
    let folder = try folder()
    let list = (0..<255).map { "  - {name: c\($0), value: \($0 + 1000)}\n" }.joined()
    let text = Self.good.split(separator: "classes:\n", maxSplits: 1)[0] + "classes:\n" + list
    try folder.write(text + "stages: [align]\n", as: "p.yaml")
    #expect(
      folder.message { _ = try PipelineFile(path: folder.file("p.yaml")) }
        == "p.yaml:8:3: 'classes' takes a list of 2 to 254 items, each a mapping of settings, "
        + "found 255 items")
  }

  @Test("Files that are none, and empty ones, are refused in one line")
  func noFile() throws {
    let folder = try folder()
    #expect(
      folder.message { _ = try PipelineFile(path: folder.file("gone.yaml")) }
        == "gone.yaml: cannot read: No such file or directory")
    try folder.makeFolder("d.yaml")
    #expect(
      folder.message { _ = try PipelineFile(path: folder.file("d.yaml")) }
        == "d.yaml: not a regular file")
    try folder.write("# nothing\n", as: "p.yaml")
    #expect(
      folder.message { _ = try PipelineFile(path: folder.file("p.yaml")) }
        == "p.yaml:2:1: there is nothing here but space and comments")
    try folder.write("- align\n", as: "p.yaml")
    #expect(
      folder.message { _ = try PipelineFile(path: folder.file("p.yaml")) }
        == "p.yaml:1:1: expected the keys of a pipeline: scenes, classes, stages")
    try folder.write("stages: align\n", as: "p.yaml")
    #expect(
      folder.message { _ = try PipelineFile(path: folder.file("p.yaml")) }
        == "p.yaml:1:9: 'stages' takes a list of stages: \(stageNames)")
  }
}
