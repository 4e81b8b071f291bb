import CGDAL

extension RasterWriter {
  /// Refuses what a GeoTIFF cannot keep.
  static func check(_ description: RasterDescription, _ path: String) throws {
    func refuse(_ message: String) -> RasterError {
      RasterError(message: message, path: path, action: "create the raster")
    }
    if description.grid.window.isEmpty { throw refuse("the grid has no pixels") }
    if description.bands.isEmpty { throw refuse("it has no bands") }
    if let row = description.attributeTable?.rows.first(where: {
      Double($0.value) == description.nodata
    }) {
      throw refuse("the value \(row.value) of class '\(row.name)' means nodata")
    }
    let highest =
      switch description.type {
      case .byte: 255
      case .uint16: 65_535
      default: -1
      }
    if let table = description.colourTable {
      guard description.bands.count == 1, highest > 0 else {
        throw refuse("TIFF keeps a palette only for one band of type byte or uint16")
      }
      if let entry = table.first(where: { !(0...highest).contains($0.value) }) {
        throw refuse("the palette's value \(entry.value) lies outside 0 to \(highest)")
      }
    }
  }

  /// Creates the raster that is filled, uncompressed since blocks may be written twice.
  static func create(_ file: String, _ description: RasterDescription, _ path: String) throws
    -> Dataset
  {
    let grid = description.grid
    return try gdal("create the raster", path: path) {
      let driver = try require(GDALGetDriverByName("GTiff"))
      let handle = try withCSL([
        "TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "INTERLEAVE=BAND", "BIGTIFF=IF_SAFER",
        "SPARSE_OK=TRUE",
      ]) {
        try require(
          GDALCreate(
            driver, file, Int32(grid.width), Int32(grid.height), Int32(description.bands.count),
            description.type.gdalType, $0))
      }
      let dataset = Dataset(adopting: handle, path: path)
      if grid.hasGeotransform {
        var transform = grid.geotransform
        try require(GDALSetGeoTransform(handle, &transform))
      }
      if grid.hasCRS { try require(GDALSetProjection(handle, grid.crs)) }
      for (key, value) in description.metadata.sorted(by: { $0.key < $1.key }) {
        try require(GDALSetMetadataItem(handle, key, value, nil))
      }
      try require(GDALSetMetadataItem(handle, "AREA_OR_POINT", "Area", nil))
      for (index, name) in description.bands.enumerated() {
        let band = try require(GDALGetRasterBand(handle, Int32(index + 1)))
        try require(GDALSetRasterNoDataValue(band, description.nodata))
        GDALSetDescription(band, name)
        if let scale = description.scale { try require(GDALSetRasterScale(band, scale)) }
        if index == 0 { try attachClasses(of: description, to: band) }
      }
      return dataset
    }
  }

  private static func attachClasses(of description: RasterDescription, to band: GDALRasterBandH)
    throws
  {
    if let entries = description.colourTable {
      let table = try require(GDALCreateColorTable(GPI_RGB))
      defer { GDALDestroyColorTable(table) }
      for entry in entries {
        var colour = GDALColorEntry(
          c1: Int16(entry.colour.red), c2: Int16(entry.colour.green),
          c3: Int16(entry.colour.blue), c4: Int16(entry.colour.alpha))
        GDALSetColorEntry(table, Int32(entry.value), &colour)
      }
      try require(GDALSetRasterColorTable(band, table))
      try require(GDALSetRasterColorInterpretation(band, GCI_PaletteIndex))
    }
    if let names = description.categories {
      try withCSL(names) { try require(GDALSetRasterCategoryNames(band, $0)) }
    }
    try description.attributeTable?.attach(to: band)
  }

  /// The creation options of the final raster.
  static func options(_ description: RasterDescription) -> [String] {
    var options = [
      "COMPRESS=\(description.compression.rawValue.uppercased())", "BLOCKSIZE=512",
      "BIGTIFF=IF_SAFER", "NUM_THREADS=2",
      "OVERVIEWS=\(description.hasOverviews ? "AUTO" : "NONE")",
      "OVERVIEW_RESAMPLING=\(description.overviewResampling.rawValue.uppercased())",
    ]
    if let level = description.level ?? (description.holdsClasses ? 9 : nil) {
      options.append("LEVEL=\(level)")
    }
    // A predictor makes classes larger.
    if !description.holdsClasses { options.append("PREDICTOR=YES") }
    return options
  }
}
