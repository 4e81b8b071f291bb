import CKernels

/// A changed cross-entropy summed over pixels: what focal, Poly-1 and boundary weights share.
///
/// With one channel a pixel has two outcomes, the background and the foreground; otherwise its
/// outcomes are the classes. With u_k the smoothed share of outcome k, a pixel costs
/// sum_k c_k u_k (1 - p_k)^gamma_k (-log p_k) + epsilon (1 - sum_k u_k p_k).
struct PixelLoss {
  /// The factor of each outcome, c_k, or, with ``scalesPixels``, of each pixel by its target.
  var classWeights: [Double]
  /// The power of 1 - p_k for each outcome.
  var gammas: [Double]
  /// The factor of 1 - sum_k u_k p_k.
  var epsilon = 0.0
  /// The share of each target that is spread evenly over the outcomes.
  var smoothing = 0.0
  /// Whether a pixel weighs as its target says, in the sum and in the denominator.
  var scalesPixels = false

  /// The number of outcomes of a pixel.
  static func outcomes(classes: Int) -> Int { max(classes, 2) }

  /// Makes a plain cross-entropy.
  init(classes: Int) {
    classWeights = Array(repeating: 1, count: Self.outcomes(classes: classes))
    gammas = Array(repeating: 0, count: Self.outcomes(classes: classes))
  }

  /// The mean over the pixels that take part; adds the gradient times `weight`.
  ///
  /// - Parameters:
  ///   - batch: The logits and their target.
  ///   - pixelWeights: (images, pixels), a factor for each pixel that is not in the denominator.
  ///   - weight: The factor of the gradient.
  ///   - gradient: Where it is added, or nil for the value alone.
  func evaluate(
    _ batch: LossBatch, pixelWeights: [Double]? = nil, weight: Double,
    addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      withKernelLoss(pixelWeights) { loss in
        var sums = [Double](repeating: 0, count: 2 * batch.images)
        rs_loss_pixel_sums(
          batch.type, batch.images, batch.pixels, batch.classes, batch.logits, memory.logSums,
          memory.target, loss, &sums)
        let (total, denominator) = addPairs(sums)
        guard denominator > 0 else { return 0 }
        if let gradient {
          rs_loss_pixel_gradient(
            batch.type, batch.images, batch.pixels, batch.classes, batch.logits, memory.logSums,
            memory.target, loss, weight / denominator, gradient)
        }
        return total / denominator
      }
    }
  }

  private func withKernelLoss(
    _ pixelWeights: [Double]?, _ body: (rs_pixel_loss) -> Double
  ) -> Double {
    classWeights.withUnsafeBufferPointer { classWeights in
      gammas.withUnsafeBufferPointer { gammas in
        func run(_ pixelWeights: UnsafePointer<Double>?) -> Double {
          body(
            rs_pixel_loss(
              class_weights: classWeights.baseAddress, gammas: gammas.baseAddress,
              pixel_weights: pixelWeights, epsilon: epsilon, smoothing: smoothing,
              scale_pixels: scalesPixels ? 1 : 0))
        }
        guard let pixelWeights else { return run(nil) }
        return pixelWeights.withUnsafeBufferPointer { run($0.baseAddress) }
      }
    }
  }
}
