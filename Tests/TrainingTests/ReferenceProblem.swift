import Engine
import Glibc
import TestSupport
import Testing

/// A problem of `optimisers.json` with its gradient.
///
/// The formula is recognised by the constants it names, so that a problem may have any name.
enum ReferenceProblem {
  /// 0.5 w'Aw - b'w.
  case quadratic(matrix: [[Double]], vector: [Double])
  /// A network of one hidden layer with tanh, its parameters packed: W1 by rows, b1, w2, b2.
  case network(inputs: [[Double]], outputs: [Double])

  init?(_ json: JSONValue) {
    if let matrix = json["A"]?.all(\.doubles), let vector = json["b"]?.doubles {
      self = .quadratic(matrix: matrix, vector: vector)
    } else if let inputs = json["X"]?.all(\.doubles), let outputs = json["Y"]?.doubles {
      self = .network(inputs: inputs, outputs: outputs)
    } else {
      return nil
    }
  }

  func gradient(at w: [Double]) -> [Double] {
    switch self {
    case .quadratic(let matrix, let vector):
      return zip(matrix, vector).map { row, b in
        zip(row, w).reduce(-b) { $0 + $1.0 * $1.1 }
      }
    case .network(let inputs, let outputs):
      let features = inputs[0].count
      let hidden = (w.count - 1) / (features + 2)
      let (bias1, weight2) = (hidden * features, hidden * features + hidden)
      var gradient = [Double](repeating: 0, count: w.count)
      for (x, y) in zip(inputs, outputs) {
        let h = (0..<hidden).map { j in
          tanh((0..<features).reduce(w[bias1 + j]) { $0 + w[j * features + $1] * x[$1] })
        }
        let output = (0..<hidden).reduce(w[w.count - 1]) { $0 + w[weight2 + $1] * h[$1] }
        let slope = 2 * (output - y) / Double(outputs.count)
        gradient[w.count - 1] += slope
        for j in 0..<hidden {
          gradient[weight2 + j] += slope * h[j]
          let inner = slope * w[weight2 + j] * (1 - h[j] * h[j])
          gradient[bias1 + j] += inner
          for i in 0..<features { gradient[j * features + i] += inner * x[i] }
        }
      }
      return gradient
    }
  }
}
