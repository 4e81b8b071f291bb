import CKernels

/// What the logits of a batch are compared with.
public enum LossTarget: Sendable {
  /// Hard labels, (images, pixels): the class of each pixel, 255 where it is to be ignored. With one
  /// output channel 1 is the foreground and 0 the background.
  case labels([UInt8])
  /// Soft labels, (images, pixels, classes): the share of each class. `keep`, (images, pixels), is 0
  /// where a pixel is to be ignored; nil keeps all.
  case probabilities([Float], keep: [UInt8]?)
}

/// One batch of logits with its target and its probabilities.
///
/// The probabilities are computed once, here, for all losses that look at the batch.
public struct LossBatch {
  /// The element type of the logits, the probabilities and the gradient.
  public let type: rs_type
  /// The number of images.
  public let images: Int
  /// The number of pixels of one image, height × width.
  public let pixels: Int
  /// The number of channels; 1 means one sigmoid channel, more a softmax.
  public let classes: Int
  /// (images, pixels, classes), contiguous; owned by the caller.
  public let logits: UnsafeRawPointer
  /// What the logits are compared with.
  public let target: LossTarget
  /// The number of pixels of a row.
  public let width: Int
  /// Pixels of which shares of classes are known; nil: losses that need bags make them.
  public var bags: LossBags?
  private let scratch: LossScratch

  /// Checks the target and computes the probabilities.
  ///
  /// - Parameters:
  ///   - type: The element type of the logits.
  ///   - images: The number of images.
  ///   - pixels: The number of pixels of one image.
  ///   - classes: The number of channels of the logits.
  ///   - logits: (images, pixels, classes), contiguous, unchanged while the batch is in use.
  ///   - target: The target; its arrays must have the shapes that ``LossTarget`` states.
  ///   - width: The number of pixels of a row, for losses that look at neighbours; nil: all in one row.
  ///   - scratch: Where the probabilities go. The batch is valid until the next one takes it.
  /// - Throws: ``LossError/label(value:image:pixel:classes:)`` for a label that is not a class.
  public init(
    type: rs_type, images: Int, pixels: Int, classes: Int, logits: UnsafeRawPointer,
    target: LossTarget, width: Int? = nil, scratch: LossScratch
  ) throws {
    precondition(pixels % (width ?? pixels) == 0, "rows of \(width ?? 0) in \(pixels) pixels")
    precondition(
      images > 0 && pixels > 0 && (1...254).contains(classes),
      "a batch of \(images) images of \(pixels) pixels and \(classes) classes")
    let count = images * pixels
    switch target {
    case .labels(let labels):
      precondition(labels.count == count, "\(labels.count) labels for \(count) pixels")
      let limit = max(classes, 2)
      if let index = labels.firstIndex(where: { $0 >= limit && $0 != UInt8(RS_IGNORE) }) {
        throw LossError.label(
          value: labels[index], image: index / pixels, pixel: index % pixels, classes: classes)
      }
    case .probabilities(let shares, let keep):
      precondition(
        shares.count == count * classes && (keep?.count ?? count) == count,
        "\(shares.count) shares, \(keep?.count ?? count) kept for \(count) × \(classes)")
    }
    scratch.reserve(type: type, pixels: count, classes: classes)
    rs_loss_probabilities(
      type, count, classes, logits, scratch.probabilities, scratch.logSums)
    self.type = type
    self.images = images
    self.pixels = pixels
    self.classes = classes
    self.width = width ?? pixels
    self.logits = logits
    self.target = target
    self.scratch = scratch
  }

  /// Calls `body` with what kernels read; the pointers are valid during the call only.
  func withMemory<Result>(_ body: (LossMemory) -> Result) -> Result {
    // without the extension the scratch might be freed after its pointers were read
    withExtendedLifetime(scratch) {
      func run(labels: [UInt8]?, shares: [Float]?, keep: [UInt8]?) -> Result {
        withOptionalPointer(labels) { labels in
          withOptionalPointer(shares) { shares in
            withOptionalPointer(keep) { keep in
              body(
                LossMemory(
                  target: rs_loss_target(labels: labels, probabilities: shares, keep: keep),
                  probabilities: UnsafeRawPointer(scratch.probabilities),
                  logSums: UnsafePointer(scratch.logSums)))
            }
          }
        }
      }
      switch target {
      case .labels(let labels): return run(labels: labels, shares: nil, keep: nil)
      case .probabilities(let shares, let keep):
        return run(labels: nil, shares: shares, keep: keep)
      }
    }
  }
}

/// What the kernels of a loss read beside the logits.
struct LossMemory {
  /// The target.
  let target: rs_loss_target
  /// Softmax or sigmoid of the logits, (images, pixels, classes).
  let probabilities: UnsafeRawPointer
  /// The logarithm of the sum of exp(logits) (of 1 + exp(logit) with one channel), (images, pixels),
  /// so that -log p of a class is this minus its logit.
  let logSums: UnsafePointer<Double>
}

private func withOptionalPointer<Element, Result>(
  _ array: [Element]?, _ body: (UnsafePointer<Element>?) -> Result
) -> Result {
  guard let array else { return body(nil) }
  return array.withUnsafeBufferPointer { body($0.baseAddress) }
}
