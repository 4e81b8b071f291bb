import Rasters

/// What is known of a raster without reading pixels, as JSON.
struct RasterReport: Encodable {
  /// One band.
  struct Band: Encodable {
    let number: Int
    let name: String
    let type: String
    let scale: Double
    let offset: Double
    /// As text, for it may be NaN.
    let nodata: String?
  }

  let path: String
  let driver: String
  let width: Int
  let height: Int
  let crs: String
  let geotransform: [Double]?
  let date: String?
  let bands: [Band]

  /// Takes what the raster says.
  init(_ raster: Raster) {
    let grid = raster.grid
    path = raster.path
    driver = raster.driver
    (width, height) = (grid.width, grid.height)
    crs = grid.crsName
    geotransform = grid.hasGeotransform ? grid.geotransform : nil
    date = raster.acquisitionDate
    bands = raster.bands.map {
      Band(
        number: $0.number, name: $0.name, type: $0.typeName, scale: $0.scale, offset: $0.offset,
        nodata: $0.nodata.map { "\($0)" })
    }
  }
}
