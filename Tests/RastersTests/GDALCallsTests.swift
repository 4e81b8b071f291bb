import CGDAL
import Foundation
import Testing

@testable import Rasters

@Suite struct GDALCallsTests {
  @Test("A failure that GDAL reports while it returns success is thrown")
  func failureWithSuccess() {
    #expect(
      message {
        _ = try gdal("do it", path: "a.tif") {
          rs_cpl_error(CE_Failure, 7, "first\nline")
          rs_cpl_error(CE_Failure, 1, "second")
          rs_cpl_error(CE_Failure, 1, "second")
          return 5
        }
      } == "a.tif: cannot do it: first line; second")
  }

  @Test("The error carries GDAL's number, the path and what was done")
  func fields() throws {
    do {
      try gdal("do it", path: "a.tif") { rs_cpl_error(CE_Failure, 4, "no") }
      Issue.record("nothing was thrown")
    } catch let error as RasterError {
      #expect(error == RasterError(code: 4, message: "no", path: "a.tif", action: "do it"))
    }
  }

  @Test("A refusal without any message says so")
  func silentRefusal() {
    #expect(
      message { try gdal("do it", path: "a.tif") { try require(CE_Failure) } }
        == "a.tif: cannot do it: GDAL gave no reason")
  }

  @Test("Warnings are passed on once and are no failures")
  func warnings() throws {
    var seen: [String] = []
    let value = try gdal("do it", path: "", warn: { seen = $0 }) {
      rs_cpl_error(CE_Warning, 1, "odd")
      rs_cpl_error(CE_Warning, 1, "odd")
      return 3
    }
    #expect(value == 3 && seen == ["odd"])
  }

  @Test("An inner call's failure is its own, and Swift errors pass through")
  func nested() throws {
    let value = try gdal("outer", path: "") {
      try? gdal("inner", path: "") { rs_cpl_error(CE_Failure, 1, "inner only") }
      return 1
    }
    #expect(value == 1)
    struct Other: Error {}
    #expect(throws: Other.self) { try gdal("outer", path: "") { throw Other() } }
  }

  @Test("A cancelled call is a cancellation even if GDAL gives no message")
  func cancelled() {
    do {
      try gdal("do it", path: "a", isCancelled: { true }) { try require(CE_Failure) }
      Issue.record("nothing was thrown")
    } catch let error as RasterError {
      #expect(error.isCancellation && error.description == "a: cannot do it: cancelled")
    } catch {
      Issue.record(error)
    }
  }

  @Test("Strings go to a C list and back")
  func lists() {
    #expect(withCSL(["A=1", "", "b c"]) { strings($0) } == ["A=1", "", "b c"])
    #expect(withCSL([]) { strings($0) }.isEmpty)
  }
}
