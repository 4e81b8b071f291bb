/// Reflectances of one pixel: blue, green, red, NIR, SWIR 1, SWIR 2, and two lanes that stay 0.
typealias Bands = SIMD8<Float>

/// The shares of a pixel that each material covers; what is missing to 1 is shade.
typealias Composition = SIMD16<Float>

/// The pure materials that pixels are mixed of; the raw value is the lane in a `Composition`.
///
/// The reflectances are *typical values* in the Landsat bands after the literature, rounded; no table
/// is copied: green and dry vegetation, soils, water, asphalt and concrete after the ASTER/ECOSTRESS
/// and USGS spectral libraries (Baldridge et al. 2009, Kokaly et al. 2017); char, ash and scorched
/// foliage after Smith et al. (2005), Lentile et al. (2006), Chuvieco et al. (2006) and the burned
/// surfaces of Key and Benson (2006).
enum Material: Int, CaseIterable, Sendable {
  case conifer
  case broadleaf
  case shrub
  case greenHerb
  case dryHerb
  case greenCrop
  case paleSoil
  case darkSoil
  case redSoil
  /// Concrete, gravel and pale rock.
  case concrete
  case asphalt
  case clearWater
  case turbidWater
  case char
  case ash
  /// Scorched foliage, dead wood and slash.
  case dead

  /// The reflectance of the pure material.
  var reflectance: Bands {
    switch self {
    case .conifer: Bands(0.020, 0.034, 0.026, 0.235, 0.105, 0.048, 0, 0)
    case .broadleaf: Bands(0.024, 0.052, 0.030, 0.360, 0.165, 0.072, 0, 0)
    case .shrub: Bands(0.034, 0.056, 0.052, 0.245, 0.185, 0.105, 0, 0)
    case .greenHerb: Bands(0.036, 0.076, 0.052, 0.350, 0.225, 0.115, 0, 0)
    case .dryHerb: Bands(0.070, 0.108, 0.145, 0.275, 0.350, 0.245, 0, 0)
    case .greenCrop: Bands(0.030, 0.068, 0.038, 0.450, 0.215, 0.098, 0, 0)
    case .paleSoil: Bands(0.110, 0.160, 0.210, 0.285, 0.370, 0.330, 0, 0)
    case .darkSoil: Bands(0.048, 0.062, 0.077, 0.112, 0.155, 0.138, 0, 0)
    case .redSoil: Bands(0.052, 0.082, 0.155, 0.235, 0.310, 0.270, 0, 0)
    case .concrete: Bands(0.140, 0.165, 0.185, 0.220, 0.245, 0.220, 0, 0)
    case .asphalt: Bands(0.075, 0.082, 0.088, 0.105, 0.125, 0.118, 0, 0)
    case .clearWater: Bands(0.036, 0.032, 0.019, 0.009, 0.005, 0.004, 0, 0)
    case .turbidWater: Bands(0.068, 0.098, 0.086, 0.042, 0.014, 0.009, 0, 0)
    case .char: Bands(0.032, 0.038, 0.045, 0.068, 0.120, 0.138, 0, 0)
    case .ash: Bands(0.170, 0.200, 0.222, 0.262, 0.292, 0.282, 0, 0)
    case .dead: Bands(0.040, 0.058, 0.082, 0.165, 0.220, 0.155, 0, 0)
    }
  }

  /// What shows between leaves, trunks and clods: nearly nothing.
  static let shade = Bands(0.008, 0.008, 0.007, 0.012, 0.010, 0.007, 0, 0)

  /// The reflectances of all materials by lane.
  static let table: [Bands] = allCases.map(\.reflectance)
}

extension Composition {
  /// The share of one material.
  subscript(_ material: Material) -> Float {
    get { self[material.rawValue] }
    set { self[material.rawValue] = newValue }
  }

  /// The reflectance of the mixture, linear in the shares.
  func reflectance(_ table: UnsafeBufferPointer<Bands>) -> Bands {
    var sum = Bands.zero
    var covered: Float = 0
    for lane in 0..<16 where self[lane] > 0 {
      sum += self[lane] * table[lane]
      covered += self[lane]
    }
    return sum + Swift.max(0, 1 - covered) * Material.shade
  }

  /// The reflectance of the mixture, linear in the shares.
  var reflectance: Bands { Material.table.withUnsafeBufferPointer { reflectance($0) } }

  /// The share covered by live plants.
  var green: Float {
    self[.conifer] + self[.broadleaf] + self[.shrub] + self[.greenHerb] + self[.greenCrop]
  }

  /// Moves a part of one material to another.
  mutating func turn(_ part: Float, of from: Material, into to: Material) {
    let moved = self[from] * part
    self[from] -= moved
    self[to] += moved
  }
}
