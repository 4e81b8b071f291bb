import Engine
import Foundation
import Pipelines
import Rasters
import Testing

@testable import rspipe

/// The whole program with each set of vector instructions that this processor has.
@Suite("Instruction sets")
struct InstructionSetRunTests {
  private let folder: Folder
  private let sets = InstructionSet.allCases.filter { set in
    switch (InstructionSet.best, set) {
    case (.portable, .avx2), (.portable, .avx512), (.avx2, .avx512): false
    default: true
    }
  }

  init() throws {
    folder = try Folder()
    try TinyScene.write(to: folder)
    try TinyModel.write(to: folder.file("m.safetensors"))
  }

  /// Probabilities of a map, and the digest of their file.
  private func map(_ set: InstructionSet, _ options: String) throws -> ([Float], String) {
    let (map, probabilities) = (folder.file("map.tif"), folder.file("probabilities.tif"))
    let run = try CommandLineRun(
      shell: "RSPIPE_ISA=\(set.rawValue) rspipe predict --model \(folder.file("m.safetensors")) "
        + "pre=\(folder.file("pre.tif")) post=\(folder.file("post.tif")) \(map) --quiet "
        + "--probabilities \(probabilities) --overwrite \(options)")
    #expect(run.status == 0, "\(run.errors)")
    let raster = try Raster(path: probabilities)
    return (
      try raster.read(raster.grid.window, bands: [1]), try Digest.ofFile(probabilities)
    )
  }

  @Test("maps agree within rounding, with exact kernels too, and have the same bits on any threads")
  func maps() throws {
    let (expected, _) = try map(.portable, "--exact --threads 1")
    #expect(expected.contains { $0 > 0.1 && $0 < 0.9 })
    for set in sets {
      let runs = try (1...3).map { try map(set, "--threads \($0)") }
      #expect(Set(runs.map(\.1)).count == 1, "\(set)")
      let exact = try map(set, "--exact --threads 2")
      for values in [runs[0].0, exact.0] {
        let errors = zip(values, expected).map { abs($0 - $1) }
        #expect(errors.allSatisfy { $0 <= 1e-5 }, "\(set): \(errors.max() ?? 0)")
      }
    }
  }
}
