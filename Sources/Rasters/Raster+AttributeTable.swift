import CGDAL

extension Raster {
  /// The classes in the raster attribute table of a band; nil if it has none that names values.
  ///
  /// The value, the name and the colour are found by their usage, the code by its heading `Code`,
  /// as `RasterWriter` writes them.
  public func attributeTable(band number: Int) -> [RasterClass]? {
    precondition(bands.indices.contains(number - 1), "\(path) has no band \(number)")
    return dataset.use { handle in
      guard let table = GDALGetDefaultRAT(GDALGetRasterBand(handle, Int32(number))) else {
        return nil
      }
      func column(_ usages: GDALRATFieldUsage...) -> Int32? {
        usages.map { GDALRATGetColOfUsage(table, $0) }.first { $0 >= 0 }
      }
      guard let value = column(GFU_MinMax, GFU_Min), let name = column(GFU_Name) else { return nil }
      let code = (0..<GDALRATGetColumnCount(table)).first {
        GDALRATGetNameOfCol(table, $0).map { String(cString: $0) } == "Code"
      }
      func integer(_ row: Int32, _ column: Int32?) -> Int? {
        column.map { Int(GDALRATGetValueAsInt(table, row, $0)) }
      }
      return (0..<GDALRATGetRowCount(table)).map { row in
        let parts = [GFU_Red, GFU_Green, GFU_Blue].map {
          UInt8(clamping: integer(row, column($0)) ?? 0)
        }
        return RasterClass(
          value: integer(row, value) ?? Int(row),
          name: GDALRATGetValueAsString(table, row, name).map { String(cString: $0) } ?? "",
          colour: Colour(red: parts[0], green: parts[1], blue: parts[2]), code: integer(row, code))
      }
    }
  }
}
