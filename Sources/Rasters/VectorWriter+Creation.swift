import CGDAL

extension VectorWriter {
  /// Creates the database with the layer and its style, and begins to write.
  static func create(
    _ file: String, _ path: String, layer name: String, crs: String, fields: [Field],
    style: (text: String, time: String)?
  ) throws -> Dataset {
    let reference = crs.isEmpty ? nil : try SpatialReference(parsing: crs)
    return try gdal("create the GeoPackage", path: path) {
      let driver = try require(GDALGetDriverByName("GPKG"))
      // the driver insists on making the file itself
      VSIUnlink(file)
      let handle = try require(GDALCreate(driver, file, 0, 0, 0, GDT_Unknown, nil))
      let dataset = Dataset(adopting: handle, path: path)
      let layer = try withCSL(["GEOMETRY_NAME=geom", "FID=fid", "SPATIAL_INDEX=YES"]) { options in
        if let reference {
          return try reference.use {
            try require(GDALDatasetCreateLayer(handle, name, $0, wkbMultiPolygon, options))
          }
        }
        return try require(GDALDatasetCreateLayer(handle, name, nil, wkbMultiPolygon, options))
      }
      for field in fields { try add(field.name, field.kind.type, to: layer) }
      if let style { try add(style.text, style.time, of: name, to: handle) }
      try requireSuccess(GDALDatasetStartTransaction(handle, 0))
      return dataset
    }
  }

  private static func add(
    _ name: String, _ type: OGRFieldType, width: Int32 = 0, to layer: OGRLayerH
  ) throws {
    let definition = try require(OGR_Fld_Create(name, type))
    defer { OGR_Fld_Destroy(definition) }
    OGR_Fld_SetWidth(definition, width)
    try requireSuccess(OGR_L_CreateField(layer, definition, 1))
  }

  /// Adds QGIS's table of styles with one row, the default of the layer.
  private static func add(
    _ style: String, _ time: String, of name: String, to handle: GDALDatasetH
  ) throws {
    let layer = try withCSL(["FID=id"]) {
      try require(GDALDatasetCreateLayer(handle, "layer_styles", nil, wkbNone, $0))
    }
    let columns: [(name: String, type: OGRFieldType, width: Int32, value: String)] = [
      ("f_table_catalog", OFTString, 256, ""), ("f_table_schema", OFTString, 256, ""),
      ("f_table_name", OFTString, 256, name), ("f_geometry_column", OFTString, 256, "geom"),
      ("styleName", OFTString, 30, "classes"), ("styleQML", OFTString, 0, style),
      ("styleSLD", OFTString, 0, ""), ("useAsDefault", OFTInteger, 0, "1"),
      ("description", OFTString, 0, ""), ("owner", OFTString, 30, ""),
      ("ui", OFTString, 30, ""), ("update_time", OFTDateTime, 0, time),
    ]
    for column in columns {
      try add(column.name, column.type, width: column.width, to: layer)
    }
    let feature = try require(OGR_F_Create(OGR_L_GetLayerDefn(layer)))
    defer { OGR_F_Destroy(feature) }
    for (index, column) in columns.enumerated() {
      OGR_F_SetFieldString(feature, Int32(index), column.value)
    }
    try requireSuccess(OGR_L_CreateFeature(layer, feature))
  }
}

extension VectorWriter.Field.Kind {
  fileprivate var type: OGRFieldType {
    switch self {
    case .text: OFTString
    case .integer: OFTInteger64
    case .real: OFTReal
    }
  }
}
