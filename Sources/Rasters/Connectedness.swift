/// Which pixels around a pixel are its neighbours.
public enum Connectedness: Int, CaseIterable, Sendable {
  /// Those that share an edge with it.
  case four = 4
  /// Those that share a corner with it, too.
  case eight = 8

  /// That of what lies between: where edges join a patch, corners join its holes.
  public var complement: Connectedness { self == .four ? .eight : .four }
}
