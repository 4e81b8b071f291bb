/// The largest absolute difference of two arrays of equal length, 0 if they are empty.
///
/// A NaN on one side only and an infinity met by another value count as infinitely far, so that
/// `maxAbsDifference(a, b) <= tolerance` never passes by accident; so do unequal lengths.
public func maxAbsDifference<Value: BinaryFloatingPoint>(_ left: [Value], _ right: [Value]) -> Value
{
  guard left.count == right.count else { return .infinity }
  var largest: Value = 0
  for (a, b) in zip(left, right) {
    if a == b || (a.isNaN && b.isNaN) { continue }
    let difference = (a - b).magnitude
    guard difference.isFinite else { return .infinity }
    largest = max(largest, difference)
  }
  return largest
}

/// The largest absolute value, the scale for relative tolerances; 0 if the array is empty.
public func maxAbs<Value: BinaryFloatingPoint>(_ values: [Value]) -> Value {
  values.reduce(0) { max($0, $1.magnitude) }
}
