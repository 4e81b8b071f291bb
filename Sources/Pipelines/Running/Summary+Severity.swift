extension Summary {
  /// Burn severity of a scene.
  public struct Severity: Codable, Sendable, Equatable {
    /// What was subtracted from dNBR, and what it was found on.
    public var offset: SeverityOffset
    /// The maps, in order.
    public var maps: [SeverityArea]
  }

  /// The areas of one map of severity.
  public struct SeverityArea: Codable, Sendable, Equatable {
    /// The measure: `dnbr`, `rdnbr`.
    public var measure: String
    /// Where low, moderate and high severity begin.
    public var thresholds: [Double]
    /// Unburned, low, moderate and high.
    public var classes: [ClassArea]
    /// Pixels that were not observed.
    public var notObservedPixels: Int
    /// Their area in hectares; absent where the grid has no CRS.
    public var notObservedHectares: Double?
  }
}
