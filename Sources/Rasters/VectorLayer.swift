import CGDAL

/// A layer of polygons opened for reading: GeoPackage, Shapefile, GeoJSON, FlatGeobuf or whatever
/// else GDAL opens as vectors.
///
/// Belongs to one thread at a time.
public final class VectorLayer {
  /// The path or GDAL name it was opened by.
  public let path: String
  /// The name of the layer.
  public let name: String
  /// The names of the fields.
  public let fields: [String]
  /// The coordinate reference system as WKT; empty if the file has none.
  public let crs: String
  private let dataset: Dataset
  private let index: Int32

  /// Whether GDAL opens a file as vectors, and not as a raster.
  ///
  /// A file that cannot be opened at all is neither.
  public static func isVector(_ path: String) -> Bool {
    func opens(_ kind: Int32) -> Bool {
      let handle = try? gdal("open the file", path: path) {
        try require(GDALOpenEx(path, UInt32(kind | GDAL_OF_READONLY), nil, nil, nil))
      }
      guard let handle else { return false }
      let dataset = Dataset(adopting: handle, path: path)
      return dataset.use {
        kind == GDAL_OF_RASTER ? GDALGetRasterCount($0) > 0 : GDALDatasetGetLayerCount($0) > 0
      }
    }
    return !opens(GDAL_OF_RASTER) && opens(GDAL_OF_VECTOR)
  }

  /// Opens a layer.
  ///
  /// - Parameters:
  ///   - path: a file, or a GDAL name such as `/vsizip/fires.zip`.
  ///   - layer: its name; nil takes the only one.
  ///   - filter: which features are read: a condition in OGR's SQL, `Incid_Type = 'Wildfire'`.
  /// - Throws: `RasterError` if the file is no vector file, has no such layer or refuses the filter.
  public init(path: String, layer: String? = nil, where filter: String? = nil) throws {
    let action = "open the vector file"
    let flags = UInt32(GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR)
    let dataset = try gdal(action, path: path) {
      Dataset(adopting: try require(GDALOpenEx(path, flags, nil, nil, nil)), path: path)
    }
    let names: [String] = dataset.use { handle in
      (0..<GDALDatasetGetLayerCount(handle)).map {
        GDALDatasetGetLayer(handle, $0).flatMap { OGR_L_GetName($0) }.map { String(cString: $0) }
          ?? ""
      }
    }
    let list = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
    guard let first = names.first else {
      throw RasterError(message: "it has no layers", path: path, action: action)
    }
    if layer == nil, names.count > 1 {
      throw RasterError(
        message: "it has several layers; name one by 'layer': \(list)", path: path, action: action)
    }
    guard let index = names.firstIndex(of: layer ?? first) else {
      throw RasterError(
        message: "no layer '\(layer ?? "")'; the layers are \(list)", path: path, action: action)
    }
    self.path = path
    self.dataset = dataset
    self.index = Int32(index)
    name = names[index]
    (fields, crs) = try gdal(action, path: path) {
      try dataset.use { handle in
        let layer = try require(GDALDatasetGetLayer(handle, Int32(index)))
        if let filter { try VectorLayer.select(filter, in: layer, path) }
        let definition = OGR_L_GetLayerDefn(layer)
        let fields = (0..<OGR_FD_GetFieldCount(definition)).map { number in
          OGR_FD_GetFieldDefn(definition, number).flatMap { OGR_Fld_GetNameRef($0) }
            .map { String(cString: $0) } ?? ""
        }
        return (fields, VectorLayer.crs(of: layer))
      }
    }
  }

  /// The place of a field.
  ///
  /// - Throws: `RasterError` that lists the fields, if there is none of that name.
  func fieldNumber(_ field: String) throws -> Int32 {
    let position =
      fields.firstIndex(of: field)
      ?? fields.firstIndex { $0.lowercased() == field.lowercased() }
    guard let position else {
      throw RasterError(
        message: fields.isEmpty
          ? "the layer has no fields" : "the fields are \(fields.joined(separator: ", "))",
        path: path, action: "find the field '\(field)'")
    }
    return Int32(position)
  }

  /// Lends the features one after the other; they must not leave the closure.
  func forEachFeature(_ body: (OGRFeatureH) throws -> Void) throws {
    try dataset.use { handle in
      let layer = try gdal("read the layer '\(name)'", path: path) {
        try require(GDALDatasetGetLayer(handle, index))
      }
      OGR_L_ResetReading(layer)
      while true {
        // a feature that cannot be read ends the layer with a failure, which is thrown
        let next = try gdal("read the layer '\(name)'", path: path) {
          OGR_L_GetNextFeature(layer)
        }
        guard let next else { return }
        defer { OGR_F_Destroy(next) }
        try body(next)
      }
    }
  }

  /// Sets a filter; some drivers understand it only when the first feature is read.
  private static func select(_ filter: String, in layer: OGRLayerH, _ path: String) throws {
    try gdal("select features where \(filter)", path: path) {
      guard OGR_L_SetAttributeFilter(layer, filter) == OGRERR_NONE else {
        throw RasterError(
          message: "the condition isn't understood", path: path,
          action: "select features where \(filter)")
      }
      if let first = OGR_L_GetNextFeature(layer) { OGR_F_Destroy(first) }
      OGR_L_ResetReading(layer)
    }
  }

  private static func crs(of layer: OGRLayerH) -> String {
    guard let reference = OGR_L_GetSpatialRef(layer) else { return "" }
    var text: UnsafeMutablePointer<CChar>?
    defer { VSIFree(text) }
    let status = withConstantCSL(["FORMAT=WKT2_2019"]) { OSRExportToWktEx(reference, &text, $0) }
    guard status == OGRERR_NONE, let text else { return "" }
    return String(cString: text)
  }
}
