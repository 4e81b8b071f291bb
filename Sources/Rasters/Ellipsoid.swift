import Glibc

/// An ellipsoid of revolution: what areas on the ground need to know of a datum.
struct Ellipsoid: Equatable, Sendable {
  let semiMajorMetres: Double
  let semiMinorMetres: Double

  /// The area between the equator and a latitude, in m² for each radian of longitude.
  ///
  /// Snyder, Map Projections: A Working Manual (1987), equation 3-12: `a²·q/2`, exact.
  func zoneAreaSquareMetres(latitude: Double) -> Double {
    let a = semiMajorMetres
    let b = semiMinorMetres
    let eccentricitySquared = max(0, 1 - (b * b) / (a * a))
    let eccentricity = eccentricitySquared.squareRoot()
    let sine = sin(min(max(latitude, -.pi / 2), .pi / 2))
    // atanh(e·s)/e tends to s on a sphere.
    let logarithm = eccentricity < 1e-8 ? sine : atanh(eccentricity * sine) / eccentricity
    return b * b / 2 * (sine / (1 - eccentricitySquared * sine * sine) + logarithm)
  }

  /// The area of a polygon whose edges are straight in longitude and latitude (radians).
  ///
  /// Green's theorem: the sum over the edges of ∫ zone area dλ, each by Simpson's rule, whose
  /// error for edges under a degree is below 1e-10 of the area.
  func areaSquareMetres(of corners: [(longitude: Double, latitude: Double)]) -> Double {
    var area = 0.0
    for index in corners.indices {
      let start = corners[index]
      let end = corners[(index + 1) % corners.count]
      let middle = (start.latitude + end.latitude) / 2
      let mean =
        (zoneAreaSquareMetres(latitude: start.latitude)
          + 4 * zoneAreaSquareMetres(latitude: middle)
          + zoneAreaSquareMetres(latitude: end.latitude)) / 6
      area += mean * (end.longitude - start.longitude)
    }
    return abs(area)
  }
}
