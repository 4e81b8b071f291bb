import CGDAL

/// How values between pixel centres are found.
public enum Resampling: String, CaseIterable, Sendable {
  /// The pixel whose centre is nearest: labels and masks.
  case nearest
  /// The weighted mean of the four pixels around.
  case bilinear
  /// A cubic through the sixteen pixels around.
  case cubic
  /// The mean of all pixels that a target pixel covers.
  case average

  var algorithm: GDALResampleAlg {
    switch self {
    case .nearest: GRA_NearestNeighbour
    case .bilinear: GRA_Bilinear
    case .cubic: GRA_Cubic
    case .average: GRA_Average
    }
  }
}

/// A raster seen on another grid by GDAL's warper, block by block as it is read.
enum WarpedDataset {
  /// How far, in source pixels, interpolated positions may be off.
  ///
  /// GDAL projects some pixels of a row exactly and the others by linear interpolation, with
  /// 0.125 as the usual limit.
  static let positionTolerancePixels = 0.001

  /// Blocks that GDAL's warper makes: the usual size.
  static let blockSize = (width: 512, height: 128)

  /// Makes the virtual dataset of some bands.
  ///
  /// - Parameter scale: target pixels for each source pixel, in x and y; fixed so that the
  ///   filter doesn't differ from block to block.
  static func make(
    of raster: Raster, bands: [Int], on grid: Grid, resampling: Resampling,
    scale: (x: Double, y: Double), type: GDALDataType
  ) throws -> Dataset {
    let source = try ObservedDataset.make(of: raster, bands: bands, type: type)
    let transformer = try Transformer(from: source, to: grid)
    return try gdal("warp the raster onto the grid", path: raster.path) {
      let options = try require(GDALCreateWarpOptions())
      defer { GDALDestroyWarpOptions(options) }
      fill(options, bandCount: bands.count, resampling: resampling, scale: scale, type: type)
      let approximate = try require(
        GDALCreateApproxTransformer(
          GDALGenImgProjTransform, transformer.release(), positionTolerancePixels))
      GDALApproxTransformerOwnsSubtransformer(approximate, 1)
      options.pointee.pfnTransformer = GDALApproxTransform
      options.pointee.pTransformerArg = approximate
      var transform = grid.geotransform
      let handle = source.use { handle in
        options.pointee.hSrcDS = handle
        return GDALCreateWarpedVRT(
          handle, Int32(grid.width), Int32(grid.height), &transform, options)
      }
      // On failure GDAL may have destroyed the transformer already: better leaked than freed twice.
      return Dataset(adopting: try require(handle), path: raster.path, source: source)
    }
  }

  private static func fill(
    _ options: UnsafeMutablePointer<GDALWarpOptions>, bandCount: Int, resampling: Resampling,
    scale: (x: Double, y: Double), type: GDALDataType
  ) {
    options.pointee.eResampleAlg = resampling.algorithm
    options.pointee.eWorkingDataType = type
    options.pointee.nBandCount = Int32(bandCount)
    options.pointee.panSrcBands = numbers(bandCount)
    options.pointee.panDstBands = numbers(bandCount)
    options.pointee.padfSrcNoDataReal = notANumber(bandCount)
    options.pointee.padfDstNoDataReal = notANumber(bandCount)
    for (key, value) in [
      ("INIT_DEST", "NO_DATA"), ("UNIFIED_SRC_NODATA", "NO"), ("NUM_THREADS", "1"),
      ("XSCALE", "\(scale.x)"), ("YSCALE", "\(scale.y)"),
    ] {
      options.pointee.papszWarpOptions = CSLSetNameValue(
        options.pointee.papszWarpOptions, key, value)
    }
  }

  // GDAL frees both arrays with the options.
  private static func numbers(_ count: Int) -> UnsafeMutablePointer<Int32>? {
    let list = CPLMalloc(count * 4)?.bindMemory(to: Int32.self, capacity: count)
    for index in 0..<count { list?[index] = Int32(index + 1) }
    return list
  }

  private static func notANumber(_ count: Int) -> UnsafeMutablePointer<Double>? {
    let list = CPLMalloc(count * 8)?.bindMemory(to: Double.self, capacity: count)
    list?.initialize(repeating: .nan, count: count)
    return list
  }
}
