import Foundation
import Synchronization
import Testing

@testable import Pipelines

/// Which work is done again after which change, and what is said about it.
struct StalenessTests {
  let test: TestPipeline

  init() throws { test = try TestPipeline() }

  /// All stages, with two steps of a tiny network.
  private static let stages = """
    - align: {bands: [red, nir, swir2]}
      - indices
      - train:
          {model: {name: unet, base: 2, depth: 1}, epochs: 1, steps: 2, batch: 1, window: 16,
           block: 24, buffer: 2}
      - predict: {tile: 32}
      - write
    """

  private func pipeline(_ changes: [String] = []) throws -> PipelineFile {
    _ = try test.file(Self.stages)
    return try PipelineFile(path: test.folder.file("p.yaml"), changes: changes)
  }

  private func answers(_ changes: [String] = [], version: String? = nil) throws -> [Staleness] {
    var options = RunOptions(threads: 1)
    if let version { options.version = version }
    return try Runner(pipeline(changes), options: options).staleness()
  }

  /// The work that is not up to date.
  private func stale(_ changes: [String] = [], version: String? = nil) throws -> [String] {
    try answers(changes, version: version).filter { !$0.isUpToDate }.map {
      $0.stage + ($0.scene.map { " \($0)" } ?? "")
    }
  }

  private func lines(_ changes: [String] = []) throws -> [String] {
    try answers(changes).filter { !$0.isUpToDate }.map { test.folder.shortened($0.text) }
  }

  /// Runs, and tells what ran.
  @discardableResult
  private func run(
    _ changes: [String] = [], choice: RunOptions.Choice = .stale, overwrites: Bool = false
  ) throws -> [String] {
    let watcher = Watcher()
    var options = RunOptions(overwrites: overwrites, threads: 1)
    options.choice = choice
    let outcome = try Runner(pipeline(changes), options: options).execute(observer: watcher)
    let began = watcher.began.withLock { $0 }
    #expect(outcome.workCount == began.count)
    return began
  }

  private static let all = ["align fire", "indices fire", "train", "predict fire", "write fire"]
  private static let fromTraining = ["train", "predict fire", "write fire"]

  private func digests() throws -> [String: String] {
    var digests: [String: String] = [:]
    for name in try test.folder.names("out") where name != ".rspipe" {
      digests[name] = try test.digest("out/\(name)")
    }
    return digests
  }

  @Test("An unchanged rerun does nothing, and tells the same")
  func unchanged() throws {
    let first = try test.run(pipeline())
    let digests = try digests()
    let journal = try test.folder.text("out/.rspipe/journal.json")
    #expect(try run() == [])
    #expect(try test.run(pipeline()) == first)
    #expect(try self.digests() == digests)
    #expect(try test.folder.text("out/.rspipe/journal.json") == journal)
  }

  @Test("Each change of the pipeline file makes exactly the stages run that depend on it")
  func changes() throws {
    #expect(try stale() == Self.all)
    try run()
    let post = test.folder.file("post.tif")
    let cases: [(String, [String])] = [
      ("align.resampling=nearest", Self.all),
      ("indices.rasters=[dndvi]", ["indices fire"]),
      ("indices.channels=[dndvi]", Self.fromTraining),
      ("indices.channels=[dnbr, dndvi]", []),
      ("train.epochs=2", Self.fromTraining),
      ("train.optimiser={name: adamw, weight_decay: 0.3}", Self.fromTraining),
      ("predict.tile=48", ["predict fire", "write fire"]),
      ("predict.tile=32", []),
      ("write.threshold=0.6", ["write fire"]),
      ("classes.1.colour=\"#123456\"", ["train", "write fire"]),
      ("classes.1.name=fire", Self.fromTraining),
      ("ignore=99", Self.fromTraining),
      ("scenes.fire.role=[train, validate, map]", Self.fromTraining),
      ("scenes.fire.post={path: \(post), offset: 0.01}", Self.all),
      (
        "scenes.fire.label={path: \(test.folder.file("label.tif")), nodata: 9}",
        ["align fire"] + Self.fromTraining
      ),
    ]
    for (change, expected) in cases {
      #expect(try stale([change]) == expected, "\(change)")
    }
    // what runs is what was said, and is up to date then
    for change in ["indices.channels=[dndvi]", "write.threshold=0.6", "predict.tile=48"] {
      let expected = try stale([change])
      #expect(try run([change]) == expected)
      #expect(try stale([change]) == [])
      try run()
    }
  }

  @Test("Another scene in front of the others runs alone")
  func anotherScene() throws {
    try run()
    let text = try test.folder.text("p.yaml")
    try test.folder.write(
      text.replacing(
        "scenes:\n", with: "scenes:\n  - {name: early, pre: pre.tif, post: post.tif}\n"),
      as: "p.yaml")
    let pipeline = try PipelineFile(path: test.folder.file("p.yaml"))
    let stale = try Runner(pipeline, options: RunOptions(threads: 1)).staleness().filter {
      !$0.isUpToDate
    }
    #expect(
      stale.map(\.text)
        == ["align", "indices", "predict", "write"].map {
          "\($0) early: not run yet"
        })
  }

  @Test("Masks and labels are made again for what they are made from, and for nothing else")
  func masksAndLabels() throws {
    let stages = Self.stages.replacing("- indices", with: "- mask\n  - labels\n  - indices")
      .replacing("- write", with: "- clean\n  - write")
    let all = [
      "align fire", "mask fire", "labels fire", "indices fire", "train", "predict fire",
      "clean fire", "write fire",
    ]
    let fromTraining = Array(all[4...])
    func stale(_ changes: [String] = []) throws -> [String] {
      _ = try test.file(stages)
      let pipeline = try PipelineFile(path: test.folder.file("p.yaml"), changes: changes)
      return try Runner(pipeline, options: RunOptions(threads: 1)).staleness()
        .filter { !$0.isUpToDate }.map { $0.stage + ($0.scene.map { " \($0)" } ?? "") }
    }
    #expect(try stale() == all)
    try test.run(test.file(stages))
    #expect(try stale() == [])
    let cases: [(String, [String])] = [
      ("mask.stripes=false", Array(all[1...])),
      ("labels.outside=ignore", ["labels fire"] + fromTraining),
      ("clean.minimum_hectares=1", ["clean fire", "write fire"]),
      ("classes.1.colour=\"#123456\"", ["train", "clean fire", "write fire"]),
      ("ignore=99", ["labels fire"] + fromTraining), ("predict.tile=48", Array(all[5...])),
    ]
    for (change, expected) in cases { #expect(try stale([change]) == expected, "\(change)") }
    try TestGrid(width: 96, height: 96).writeLabels(test.folder.file("label.tif")) { x, y in
      TestPipeline.isBurned(x + 1, y) ? 1 : 0
    }
    #expect(try stale() == ["align fire", "labels fire"] + fromTraining)
  }

  @Test("The content of inputs counts, not their times, statistics or names")
  func inputs() throws {
    try run()
    for name in ["pre.tif", "label.tif"] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
        ofItemAtPath: test.folder.file(name))
    }
    #expect(try stale() == [])
    try test.folder.write(
      "<PAMDataset><PAMRasterBand band=\"1\"><Metadata><MDI key=\"STATISTICS_MEAN\">1</MDI>"
        + "</Metadata></PAMRasterBand></PAMDataset>", as: "pre.tif.aux.xml")
    #expect(try stale() == [])
    // paths are in the artifact of 'align' alone
    try FileManager.default.copyItem(
      atPath: test.folder.file("pre.tif"), toPath: test.folder.file("moved.tif"))
    #expect(try stale(["scenes.fire.pre=\(test.folder.file("moved.tif"))"]) == ["align fire"])
    try test.folder.write(
      "<PAMDataset><PAMRasterBand band=\"1\"><NoDataValue>0</NoDataValue></PAMRasterBand>"
        + "</PAMDataset>", as: "pre.tif.aux.xml")
    #expect(try stale() == Self.all)
    try FileManager.default.removeItem(atPath: test.folder.file("pre.tif.aux.xml"))
    #expect(try stale() == [])
    try TestGrid(width: 96, height: 96).writeLabels(test.folder.file("label.tif")) { x, y in
      TestPipeline.isBurned(x + 1, y) ? 1 : 0
    }
    #expect(try stale() == ["align fire"] + Self.fromTraining)
    #expect(try run() == ["align fire"] + Self.fromTraining)
    #expect(try run() == [])
  }

  @Test("Another version of the program makes everything run")
  func version() throws {
    try run()
    #expect(try stale(version: "9.9") == Self.all)
    #expect(
      try answers(version: "9.9")[0].text
        == "align fire: the program changed from \(Version.text) to 9.9")
  }

  @Test("An output that is gone or was changed is made again by its stage alone")
  func outputs() throws {
    try run()
    let digests = try digests()
    for (file, stage) in [
      ("out/fire_dnbr.tif", "indices fire"), ("out/model.safetensors", "train"),
      ("out/.rspipe/predict/fire.tif", "predict fire"), ("out/fire_classes.tif", "write fire"),
      ("out/.rspipe/align/fire.json", "align fire"),
    ] {
      try FileManager.default.removeItem(atPath: test.folder.file(file))
      #expect(try lines() == ["\(stage): output \(file) is missing"])
      #expect(try run() == [stage])
      #expect(try self.digests() == digests)
    }
    try test.folder.write("mine", as: "out/fire_classes.tif")
    #expect(try lines() == ["write fire: output out/fire_classes.tif was changed"])
    #expect(test.folder.message { try run() }.contains("use --overwrite to replace it"))
    #expect(try run(overwrites: true) == ["write fire"])
    #expect(try self.digests() == digests)
    // styles belong to whoever looks at the map
    try test.folder.write("mine", as: "out/fire_classes.qml")
    try test.folder.write("mine", as: "out/fire_classes.tif.aux.xml")
    #expect(try run() == [])
    #expect(try test.folder.text("out/fire_classes.qml") == "mine")
    // the summary is no stage's
    try FileManager.default.removeItem(atPath: test.folder.file("out/summary.json"))
    #expect(try run() == [])
    #expect(try test.digest("out/summary.json") == digests["summary.json"])
  }

  @Test("New colours don't train again, and give the bytes of a fresh run")
  func colours() throws {
    try run()
    let change = "classes.1.colour=\"#123456\""
    #expect(try run([change]) == ["train", "write fire"])
    #expect(try stale([change]) == [])
    let digests = try digests()
    try FileManager.default.removeItem(atPath: test.folder.file("out"))
    try run([change])
    #expect(try self.digests() == digests)
  }

  @Test("The reasons name the setting, the file or the stage")
  func reasons() throws {
    #expect(try lines().first == "align fire: not run yet")
    try run()
    #expect(
      try lines(["train.epochs=12"]) == [
        "train: setting epochs changed from 1 to 12", "predict fire: train runs again",
        "write fire: predict runs again",
      ])
    let changed = try lines(["train.loss=dice", "predict.halo=9"])
    // what else differs between the two losses follows
    #expect(changed[0].hasPrefix("train: setting loss.0 changed from ce to dice; "))
    #expect(
      changed.dropFirst() == [
        "predict fire: setting halo was added: 9; train runs again",
        "write fire: predict runs again",
      ])
    #expect(
      try lines(["classes.1.colour=\"#123456\""]) == [
        "train: classes.1.colour changed from \"#d7301f\" to \"#123456\"",
        "write fire: classes.1.colour changed from \"#d7301f\" to \"#123456\"",
      ])
    let bytes = try test.folder.bytes("label.tif")
    try Data(bytes + [0]).write(to: URL(fileURLWithPath: test.folder.file("label.tif")))
    #expect(
      try lines() == [
        "align fire: input label.tif changed", "train: input label.tif changed",
        "predict fire: train runs again",
        "write fire: input label.tif changed; predict runs again",
      ])
    // work that was done by itself is work that later stages have not seen
    try Data(bytes).write(to: URL(fileURLWithPath: test.folder.file("label.tif")))
    #expect(try run(["train.epochs=2"], choice: .only("train")) == ["train"])
    #expect(try lines(["train.epochs=2"])[0] == "predict fire: train ran again")
  }

  @Test("One stage, or all from one on, run even if they are up to date")
  func choices() throws {
    #expect(
      test.folder.message { try run(choice: .only("predict")) }
        == "--only predict: it builds on work that is not up to date: align fire: not run yet. "
        + "Use --from align, or neither")
    try run()
    let digests = try digests()
    #expect(try run(choice: .only("predict")) == ["predict fire"])
    #expect(try run(choice: .from("predict")) == ["predict fire", "write fire"])
    #expect(try run(choice: .all) == Self.all)
    #expect(try self.digests() == digests)
    #expect(
      test.folder.message { try run(choice: .from("predcit")) }
        == "--from predcit: p.yaml has no such stage. Did you mean 'predict'? Stages: align, "
        + "indices, train, predict, write")
  }
}

/// Writes down which work began.
private final class Watcher: RunObserver {
  let began = Mutex<[String]>([])

  func began(stage: String, scene: String?) {
    began.withLock { $0.append(stage + (scene.map { " \($0)" } ?? "")) }
  }
  func progressed(done: Int, total: Int, detail: String) {}
  func noted(_ text: String) {}
  func ended(stage: String, scene: String?) {}
}
