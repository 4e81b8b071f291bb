import YAML

/// Finds the name in a list that a misspelt name was probably meant to be.
///
/// - Parameters:
///   - name: The name as written.
///   - names: The names that are allowed.
/// - Returns: The nearest name, the first of equals, or nil if none is reasonably near: a third of
///   the letters may differ, at most three.
public func nearest(_ name: String, in names: [String]) -> String? {
  nearestName(to: name, among: names)
}

/// The part of a message that follows a misspelt name: ` Did you mean 'dice'?`, or nothing.
func suggestion(for name: String, in names: [String]) -> String {
  nearest(name, in: names).map { " Did you mean '\($0)'?" } ?? ""
}
