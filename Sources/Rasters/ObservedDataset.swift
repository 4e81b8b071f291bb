import CGDAL

/// A virtual dataset over a raster whose bands are numbers where observed and NaN elsewhere.
enum ObservedDataset {
  /// Makes the dataset; it opens the raster's file a second time, when first read.
  ///
  /// - Parameters:
  ///   - numbers: the bands, which become bands 1, 2, ….
  ///   - type: `GDT_Float32` for measurements, `GDT_Float64` for labels.
  static func make(of raster: Raster, bands numbers: [Int], type: GDALDataType) throws -> Dataset {
    ObservedFunction.registered
    let typeName = GDALGetDataTypeName(type).map { String(cString: $0) } ?? "Float32"
    let bands = try numbers.enumerated().map { index, number in
      try bandXML(raster, try raster.check(raster.grid.window, [number])[0], index + 1, typeName)
    }
    let xml =
      "<VRTDataset rasterXSize=\"\(raster.grid.width)\" rasterYSize=\"\(raster.grid.height)\">"
      + bands.joined() + "</VRTDataset>"
    return try gdal("prepare the raster for warping", path: raster.path) {
      let flags = UInt32(GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR)
      let handle = try withConstantCSL(["VRT"]) {
        try require(GDALOpenEx(xml, flags, $0, nil, nil))
      }
      let dataset = Dataset(adopting: handle, path: raster.path)
      try raster.dataset.use { try copyPlace(from: $0, to: handle) }
      return dataset
    }
  }

  private static func bandXML(
    _ raster: Raster, _ band: BandInfo, _ index: Int, _ typeName: String
  ) throws -> String {
    let masks = raster.masks(of: band)
    // Opacity between 0 and 1 would be lost as an integer.
    let hasRealAlpha = masks.contains {
      if case .alpha(let number) = $0 { raster.bands[number - 1].format.isFloating } else { false }
    }
    let transfer =
      hasRealAlpha ? GDT_Float64 : band.format.type
    let transferName = GDALGetDataTypeName(transfer).map { String(cString: $0) } ?? ""
    let sources =
      ["\(band.number)"]
      + masks.map {
        switch $0 {
        case .dataset: "mask,1"
        case .band(let number): "mask,\(number)"
        case .alpha(let number): "\(number)"
        }
      }
    let file = escaped(raster.path)
    return "<VRTRasterBand dataType=\"\(typeName)\" band=\"\(index)\""
      + " subClass=\"VRTDerivedRasterBand\"><NoDataValue>nan</NoDataValue>"
      + "<PixelFunctionType>\(ObservedFunction.name)</PixelFunctionType>"
      + ObservedFunction.arguments(band.format)
      + "<SourceTransferType>\(transferName)</SourceTransferType>"
      + sources.map {
        "<SimpleSource><SourceFilename relativeToVRT=\"0\" shared=\"0\">\(file)</SourceFilename>"
          + "<SourceBand>\($0)</SourceBand></SimpleSource>"
      }.joined() + "</VRTRasterBand>"
  }

  /// Copies reference system, geotransform and control points; use inside `gdal`.
  private static func copyPlace(from source: GDALDatasetH, to target: GDALDatasetH) throws {
    if let reference = GDALGetSpatialRef(source) {
      try require(GDALSetSpatialRef(target, reference))
    }
    var transform = Grid.noGeotransform
    if GDALGetGeoTransform(source, &transform) == CE_None {
      try require(GDALSetGeoTransform(target, &transform))
    }
    let points = GDALGetGCPCount(source)
    if points > 0 {
      try require(
        GDALSetGCPs2(target, points, GDALGetGCPs(source), GDALGetGCPSpatialRef(source)))
    }
  }

  private static func escaped(_ text: String) -> String {
    guard let xml = CPLEscapeString(text, -1, Int32(CPLES_XML)) else { return text }
    defer { VSIFree(xml) }
    return String(cString: xml)
  }
}
