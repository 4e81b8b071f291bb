/// A network that gives logits, and slopes by its input and parameters.
///
/// Arrays are of double whatever the network computes in.
public protocol DifferentiableNetwork: AnyObject {
  /// The logits, (images, pixels, classes), of an input, (images, elements).
  func logits(of input: [Double]) -> [Double]

  /// Goes back from the logits given last.
  ///
  /// - Parameters:
  ///   - gradient: The derivative of something by those logits.
  ///   - addsToParameters: Whether its derivatives by the parameters are added to their gradients;
  ///     else these stay as they are.
  /// - Returns: The derivative by the input.
  func backward(from gradient: [Double], addsToParameters: Bool) -> [Double]
}
