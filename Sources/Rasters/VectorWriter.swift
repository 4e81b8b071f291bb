import CGDAL

/// Writes a GeoPackage with one layer of polygons and publishes it at once.
///
/// Features go to a temporary file beside the target; `finish` checks it and moves it into place. If
/// anything fails, or the writer is dropped, the temporary files go and an older file of the same
/// name stays. The same features give the same bytes: no clock is read. Belongs to one thread.
public final class VectorWriter {
  /// A column.
  public struct Field: Equatable, Sendable {
    /// What a column holds.
    public enum Kind: Sendable {
      /// Texts.
      case text
      /// Whole numbers of 64 bits.
      case integer
      /// Real numbers.
      case real
    }

    /// The name.
    public var name: String
    /// What it holds.
    public var kind: Kind

    /// Describes a column.
    public init(_ name: String, _ kind: Kind) {
      self.name = name
      self.kind = kind
    }
  }

  /// What a feature has in a column.
  public enum Value: Equatable, Sendable {
    /// A text.
    case text(String)
    /// A whole number.
    case integer(Int)
    /// A real number.
    case real(Double)
    /// Nothing is known.
    case none
  }

  /// The final path.
  public let path: String
  /// The columns.
  public let fields: [Field]
  let publication: Publication
  var dataset: Dataset?
  private let layer: String
  private var featureCount = 0
  private let options: [(key: String, value: String)]

  /// The time that the file carries where the day of its data isn't known.
  private static let noDate = "1970-01-01"

  /// Creates the temporary file; the target isn't touched.
  ///
  /// - Parameters:
  ///   - path: The final path, `.gpkg`, which may exist.
  ///   - layer: The name of the layer.
  ///   - crs: The reference system of the coordinates (WKT or anything else that GDAL takes); empty
  ///     for none.
  ///   - fields: The columns beside identifier and geometry.
  ///   - style: A QGIS style (`StyleQML`), kept in the file as the layer's default; nil for none.
  ///   - date: The day of the data, `YYYY-MM-DD`: it stands where a GeoPackage has a time.
  /// - Throws: `RasterError` if the directory cannot be written or GDAL refuses a name.
  public init(
    path: String, layer: String, crs: String, fields: [Field], style: String? = nil,
    date: String? = nil
  ) throws {
    self.path = path
    self.layer = layer
    self.fields = fields
    let day = VectorWriter.day(date) ?? VectorWriter.noDate
    options = [
      ("OGR_CURRENT_DATE", "\(day)T00:00:00.000Z"),
      // `finish` flushes the file once, and nobody needs what a crash leaves
      ("OGR_SQLITE_SYNCHRONOUS", "OFF"), ("OGR_SQLITE_JOURNAL", "MEMORY"),
    ]
    publication = try Publication(target: path, fileExtension: ".gpkg")
    do {
      dataset = try withOptions(options) {
        try VectorWriter.create(
          publication.filling, path, layer: layer, crs: crs, fields: fields,
          style: style.map { ($0, "\(day)T00:00:00Z") })
      }
    } catch {
      publication.clean()
      throw error
    }
  }

  deinit { cancel() }

  /// Adds features by GDAL's own calls; the writer is cancelled if any of them fails.
  func add<Result>(_ action: String, _ body: (OGRLayerH) throws -> Result) throws -> Result {
    guard let dataset else { preconditionFailure("\(path) was finished or cancelled") }
    do {
      return try withOptions(options) {
        try gdal(action, path: path) {
          try dataset.use { try body(require(GDALDatasetGetLayerByName($0, layer))) }
        }
      }
    } catch {
      cancel()
      throw error
    }
  }

  /// Adds one feature; use inside `add`.
  ///
  /// - Parameter geometry: Taken over.
  func write(_ geometry: OGRGeometryH, _ values: [Value], to layer: OGRLayerH) throws {
    precondition(values.count == fields.count, "\(values.count) values of \(fields.count)")
    guard let feature = OGR_F_Create(OGR_L_GetLayerDefn(layer)) else {
      OGR_G_DestroyGeometry(geometry)
      throw RasterError(message: "no memory is left", path: path, action: "add a polygon")
    }
    defer { OGR_F_Destroy(feature) }
    try requireSuccess(OGR_F_SetGeometryDirectly(feature, geometry))
    for (index, value) in values.enumerated() {
      switch value {
      case .text(let text): OGR_F_SetFieldString(feature, Int32(index), text)
      case .integer(let number): OGR_F_SetFieldInteger64(feature, Int32(index), Int64(number))
      case .real(let number): OGR_F_SetFieldDouble(feature, Int32(index), number)
      case .none: OGR_F_SetFieldNull(feature, Int32(index))
      }
    }
    try requireSuccess(OGR_L_CreateFeature(layer, feature))
    featureCount += 1
  }

  /// Builds the spatial index, closes and checks the file and moves it into place.
  ///
  /// - Throws: `RasterError` if anything fails; nothing is published then.
  public func finish() throws {
    guard let filled = dataset else { preconditionFailure("\(path) was finished or cancelled") }
    dataset = nil
    defer { publication.clean() }
    try withOptions(options) {
      try gdal("write the last features", path: path) {
        try filled.use { try requireSuccess(GDALDatasetCommitTransaction($0)) }
      }
      try filled.close("write the last features")
    }
    try verify()
    try publication.publishDatabase()
  }

  /// Gives up: removes the temporary files and leaves the target as it was.
  public func cancel() {
    guard dataset != nil else { return }
    dataset = nil
    publication.clean()
  }

  /// Opens the result as any reader would.
  private func verify() throws {
    let count = try gdal("trust the GeoPackage written", path: path) {
      let handle = try withConstantCSL(["GPKG"]) {
        try require(
          GDALOpenEx(
            publication.filling, UInt32(GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR),
            $0, nil, nil))
      }
      defer { GDALClose(handle) }
      return Int(OGR_L_GetFeatureCount(try require(GDALDatasetGetLayerByName(handle, layer)), 1))
    }
    guard count == featureCount else {
      throw RasterError(
        message: "expected \(featureCount) features, found \(count)", path: path,
        action: "trust the GeoPackage written")
    }
  }

  /// The day of a text that begins with one.
  private static func day(_ text: String?) -> String? {
    guard let day = text?.prefix(10), day.count == 10 else { return nil }
    let isDay = day.enumerated().allSatisfy { index, character in
      [4, 7].contains(index) ? character == "-" : ("0"..."9").contains(character)
    }
    return isDay ? String(day) : nil
  }
}

/// Refuses an OGR status other than success; use inside `gdal`.
func requireSuccess(_ status: OGRErr) throws {
  try require(status == OGRERR_NONE ? CE_None : CE_Failure)
}

/// Sets GDAL's options for this thread while `body` runs.
func withOptions<Value>(
  _ options: [(key: String, value: String)], _ body: () throws -> Value
) rethrows -> Value {
  let before = options.map { option in
    CPLGetThreadLocalConfigOption(option.key, nil).map { String(cString: $0) }
  }
  for (key, value) in options { CPLSetThreadLocalConfigOption(key, value) }
  defer {
    for (option, old) in zip(options, before) { CPLSetThreadLocalConfigOption(option.key, old) }
  }
  return try body()
}
