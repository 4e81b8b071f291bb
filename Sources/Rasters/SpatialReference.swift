import CGDAL

/// Owns one OGR spatial reference; coordinates are in the order x, y (longitude, latitude).
final class SpatialReference {
  private let handle: OGRSpatialReferenceH

  /// Parses WKT, an `EPSG:` code or anything else GDAL accepts from a user.
  init(parsing text: String) throws {
    let made = try gdal("understand the coordinate reference system '\(text)'", path: "") {
      let handle = try require(OSRNewSpatialReference(nil))
      guard OSRSetFromUserInput(handle, text) == OGRERR_NONE else {
        OSRDestroySpatialReference(handle)
        return OGRSpatialReferenceH?.none
      }
      return handle
    }
    guard let made else {
      throw RasterError(
        message: "not a WKT or EPSG code that PROJ knows", path: "",
        action: "understand the coordinate reference system '\(text)'")
    }
    handle = made
    OSRSetAxisMappingStrategy(handle, OAMS_TRADITIONAL_GIS_ORDER)
  }

  deinit { OSRDestroySpatialReference(handle) }

  /// Lends the handle; it must not leave the closure.
  func use<Value>(_ body: (OGRSpatialReferenceH) throws -> Value) rethrows -> Value {
    try withExtendedLifetime(self) { try body(handle) }
  }

  var isGeographic: Bool { use { OSRIsGeographic($0) != 0 && OSRIsGeocentric($0) == 0 } }
  var isGeocentric: Bool { use { OSRIsGeocentric($0) != 0 } }
  var name: String { use { OSRGetName($0).map { String(cString: $0) } ?? "" } }
  var metresPerUnit: Double { use { OSRGetLinearUnits($0, nil) } }
  var radiansPerUnit: Double { use { OSRGetAngularUnits($0, nil) } }
  var ellipsoid: Ellipsoid {
    use {
      Ellipsoid(
        semiMajorMetres: OSRGetSemiMajor($0, nil), semiMinorMetres: OSRGetSemiMinor($0, nil))
    }
  }

  /// `EPSG:32610`, or nil if the reference names no authority.
  var authorityCode: String? {
    use {
      guard let authority = OSRGetAuthorityName($0, nil), let code = OSRGetAuthorityCode($0, nil)
      else { return nil }
      return "\(String(cString: authority)):\(String(cString: code))"
    }
  }

  /// The reference as WKT 1, or WKT 2 where version 1 cannot say it.
  var wkt: String {
    use { handle in
      for format in ["WKT1", "WKT2_2019"] {
        var text: UnsafeMutablePointer<CChar>?
        defer { VSIFree(text) }
        let status = withConstantCSL(["FORMAT=\(format)"]) { OSRExportToWktEx(handle, &text, $0) }
        if status == OGRERR_NONE, let text { return String(cString: text) }
      }
      return ""
    }
  }

  /// Whether both describe the same system, whatever their names, axis order or epoch.
  func isSame(as other: SpatialReference) -> Bool {
    use { first in
      other.use { second in
        withConstantCSL([
          "IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES",
          "CRITERION=EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS",
          "IGNORE_COORDINATE_EPOCH=YES",
        ]) { OSRIsSameEx(first, second, $0) != 0 }
      }
    }
  }
}
