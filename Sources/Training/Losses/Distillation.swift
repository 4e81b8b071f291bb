import Configuration
import Glibc

/// Learning from another network: its probabilities, softened by a temperature, beside the labels.
///
/// It compares logits with logits, so it is no loss of the registry.
public struct Distillation: Sendable {
  /// The name, formula and keys.
  public static let component = Component(
    family: "distillation", name: "distillation",
    summary: "The divergence of the student's probabilities from the teacher's, both softened.",
    formula: """
      T^2 times the mean over the pixels that take part of sum_k q_k (log q_k - log p_k),
      p = softmax(z / T), q = softmax(teacher / T); with one channel of both outcomes of a sigmoid.
      T^2 keeps the gradient's size whatever T is
      """,
    source: "Hinton, Vinyals and Dean 2015 (arXiv 1503.02531)",
    settings: [
      Setting(
        "temperature", .number(0.1...100), default: "1",
        "What logits are divided by; above 1 the order of unlikely classes counts more.")
    ])

  /// What logits are divided by.
  public let temperature: Double

  /// Makes it from decoded settings.
  public init(_ settings: Settings) { temperature = settings.number("temperature") }

  /// Makes it.
  public init(temperature: Double) { self.temperature = temperature }

  /// The value, and `weight` × its derivative by the student's logits.
  ///
  /// - Parameters:
  ///   - student: (pixels, classes).
  ///   - teacher: The same; a constant.
  ///   - classes: One means a sigmoid channel, more a softmax.
  ///   - keep: For each pixel whether it takes part; nil: all do.
  ///   - weight: The factor of the gradient.
  /// - Returns: The value, which is free of the weight, and the gradient; both 0 if nothing takes
  ///   part.
  public func evaluate(
    student: [Double], teacher: [Double], classes: Int, keep: [Bool]? = nil, weight: Double = 1
  ) -> (value: Double, gradient: [Double]) {
    precondition(student.count == teacher.count && student.count % classes == 0, "shapes differ")
    let pixels = student.count / classes
    var gradient = [Double](repeating: 0, count: student.count)
    let kept = (0..<pixels).filter { keep?[$0] ?? true }
    guard !kept.isEmpty else { return (0, gradient) }
    let square = temperature * temperature
    var value = 0.0
    for pixel in kept {
      let range = pixel * classes..<(pixel + 1) * classes
      let p = logProbabilities(student[range])
      let q = logProbabilities(teacher[range])
      value += zip(p, q).reduce(0) { $0 + exp($1.1) * ($1.1 - $1.0) }
      // d KL / d z = (p - q) / T; with one channel the outcome 1 is the last
      let factor = weight * square / (temperature * Double(kept.count))
      let first = p.count - classes
      for k in 0..<classes {
        gradient[pixel * classes + k] = factor * (exp(p[first + k]) - exp(q[first + k]))
      }
    }
    return (square * value / Double(kept.count), gradient)
  }

  /// log p of each class, or of both outcomes of one channel.
  private func logProbabilities(_ logits: ArraySlice<Double>) -> [Double] {
    let scaled = logits.count == 1 ? [0, logits.first ?? 0] : Array(logits)
    let z = scaled.map { $0 / temperature }
    let largest = z.max() ?? 0
    let logSum = largest + log(z.reduce(0) { $0 + exp($1 - largest) })
    return z.map { $0 - logSum }
  }
}
