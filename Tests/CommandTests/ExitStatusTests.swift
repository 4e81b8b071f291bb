import Accuracy
import Configuration
import Engine
import Models
import Pipelines
import Rasters
import Testing

@testable import rspipe

@Suite("Exit status")
struct ExitStatusTests {
  static let cases: [(any Error, rspipe.ExitStatus)] = [
    (ArgumentError.missingCommand, .usage),
    (ConfigurationError("m", place: "p"), .usage),
    (RunError(.failed, "m"), .failed), (RunError(.usage, "m"), .usage),
    (RunError(.input, "m"), .input), (RunError(.busy, "m"), .busy),
    (Interrupted(signal: 2), .interrupted), (Interrupted(signal: 15), .terminated),
    (ScenesFailed(names: ["a"], count: 2), .failed),
    (RasterError(message: "m", path: "p", action: "open the raster"), .input),
    (RasterError(message: "m", path: "p", action: "find the band 'nir'"), .input),
    (RasterError(message: "m", path: "p", action: "write (0, 0) of band 1"), .failed),
    (RasterError(message: "m", path: "p", action: "create the raster"), .failed),
    (ModelFileError("m"), .input), (GraphError("m"), .input),
    (AccuracyError.unknownClass(.reference, value: 7, pixel: 0, classCount: 2), .input),
    (OutputError(28), .failed),
  ]

  @Test("each error has its status", arguments: cases.indices)
  func statuses(_ index: Int) {
    let (error, status) = ExitStatusTests.cases[index]
    #expect(rspipe.ExitStatus(error) == status, "\(error)")
  }
}
