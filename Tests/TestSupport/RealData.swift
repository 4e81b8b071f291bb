import Foundation

/// The folder of real rasters, which the project does not carry.
public enum RealData {
  /// The folder that `RSPIPE_DATA` names, or nil; tests that need it are enabled by it:
  /// `@Test(.enabled(if: RealData.path != nil, "set RSPIPE_DATA"))`.
  public static var path: String? {
    let path = ProcessInfo.processInfo.environment["RSPIPE_DATA"] ?? ""
    return path.isEmpty ? nil : path
  }
}
