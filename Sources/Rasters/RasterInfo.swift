/// A summary of a raster for people, as `rspipe info` prints it.
public enum RasterInfo {
  /// The summary, one fact a line, without a line break at the end.
  ///
  /// No pixel is read.
  public static func text(of raster: Raster) -> String {
    let grid = raster.grid
    var lines = [
      "file: \(raster.path)",
      "format: \(raster.driver)",
      "size: \(grid.width) × \(grid.height) pixels, \(bandCount(raster.bands.count))",
      "reference system: " + (grid.hasCRS ? grid.crsName : "none"),
    ]
    if grid.hasGeotransform {
      let size = grid.pixelSize
      let unit = grid.isGeographic ? "°" : grid.hasCRS ? " map units" : ""
      let turn =
        grid.isRotated ? ", rotated" : grid.isSouthUp ? ", south up" : ""
      lines.append("pixel size: \(short(size.x)) × \(short(size.y))\(unit)\(turn)")
      let extent = grid.extent
      lines.append(
        "extent: \(short(extent.minX)), \(short(extent.minY)), \(short(extent.maxX)), "
          + short(extent.maxY))
      if let area = grid.pixelAreaSquareMetres(column: grid.width / 2, row: grid.height / 2) {
        lines.append("pixel area in the middle: \(short(area)) m²")
      }
    } else {
      let points = raster.controlPointCount
      lines.append("place: " + (points > 0 ? "\(points) control points" : "none"))
    }
    if let date = raster.acquisitionDate { lines.append("acquired: \(date)") }
    lines += raster.bands.map(line)
    lines += raster.warnings.map { "warning: \($0)" }
    return lines.joined(separator: "\n")
  }

  private static func line(_ band: BandInfo) -> String {
    var parts = [band.typeName]
    if let nodata = band.nodata { parts.append("nodata \(short(nodata))") }
    if band.scale != 1 || band.offset != 0 {
      parts.append("scale \(short(band.scale)), offset \(short(band.offset))")
    }
    if band.isAlpha {
      parts.append("alpha")
    } else if !["Undefined", "Gray"].contains(band.colourInterpretation) {
      parts.append(band.colourInterpretation.lowercased())
    }
    if band.mask != nil { parts.append("mask") }
    let name = band.name.isEmpty ? "" : " '\(band.name)'"
    return "band \(band.number)\(name): " + parts.joined(separator: ", ")
  }

  private static func bandCount(_ count: Int) -> String {
    count == 1 ? "1 band" : "\(count) bands"
  }

  /// A whole number without a point, others to nine significant digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : "\(value)" }
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    // Away from the shortest form only where a sum left noise in the last digits.
    var scale = 1.0
    while abs(value) * scale < 1e8, scale < 1e15 { scale *= 10 }
    return "\((value * scale).rounded() / scale)"
  }
}
