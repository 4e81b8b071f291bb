import CKernels
import Configuration

/// What an anchor is compared with.
public enum ContrastReferences: String, Sendable, CaseIterable {
  /// The other anchors, through which the gradient goes too.
  case batch
  /// The vectors of the queue, constants.
  case queue
  /// Both.
  case both
}

/// A loss that draws the embeddings of pixels of one class together and those of others apart.
///
/// It is added to a loss on logits: the embeddings are a second output of the network, used in
/// training only. Its two forms differ in what a positive is weighed against.
public struct PixelContrast: Sendable {
  /// What each positive is weighed against.
  public enum Form: String, Sendable, CaseIterable {
    /// The references of other classes.
    case pixelInfoNCE = "pixel_infonce"
    /// All references.
    case supCon = "supcon"
  }

  /// The form.
  public let form: Form
  /// What similarities are divided by.
  public let temperature: Double
  /// What an anchor is compared with.
  public let references: ContrastReferences

  /// Makes the loss from settings declared by the form's ``component(of:)``.
  public init(_ form: Form, _ settings: Settings) {
    let text = settings.text("references")
    guard let references = ContrastReferences(rawValue: text) else {
      preconditionFailure("undeclared references '\(text)'")
    }
    self.init(form, temperature: settings.number("temperature"), references: references)
  }

  /// Makes the loss.
  public init(_ form: Form, temperature: Double, references: ContrastReferences) {
    precondition(temperature > 0, "temperature \(temperature)")
    self.form = form
    self.temperature = temperature
    self.references = references
  }

  /// Computes the value and, where a gradient is given, adds `weight` × d value / d embeddings.
  ///
  /// An anchor without a positive is left out of the mean, though the others are still compared with
  /// it; where no anchor has one, the value is 0. Arithmetic is in double, and holds one number for
  /// each anchor and reference.
  ///
  /// - Parameters:
  ///   - embeddings: The embeddings of all pixels, as the network gives them.
  ///   - labels: The class of every pixel.
  ///   - anchors: The pixels compared, flat indices, none of them to be ignored: ``AnchorSampler``.
  ///   - queue: The queue; nil or empty where there is none yet.
  ///   - weight: The factor of the gradient; the value returned is free of it.
  ///   - gradient: Of the embeddings' type and shape, or nil for the value alone.
  /// - Returns: The mean over the anchors that have a positive.
  public func evaluate(
    _ embeddings: Embeddings, labels: [UInt8], anchors: [Int], queue: ClassQueue?,
    weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    precondition(
      labels.count == embeddings.count, "\(labels.count) labels for \(embeddings.count) embeddings")
    precondition(
      queue.map { $0.channels == embeddings.channels } ?? true,
      "a queue of \(queue?.channels ?? 0) channels for embeddings of \(embeddings.channels)")
    let units = UnitVectors(embeddings, rows: anchors)
    let classes = anchors.map { labels[$0] }
    precondition(!classes.contains(UInt8(RS_IGNORE)), "an anchor is an ignored pixel")
    let set = ReferenceSet(references, units, classes, queue)
    guard let (value, slopes) = compare(units, classes, set) else { return 0 }
    if let gradient {
      let unitGradient = set.unitGradient(slopes: slopes, units)
      units.addGradient(ofUnit: unitGradient, weight: weight, to: gradient, type: embeddings.type)
    }
    return value
  }

  /// The value and its derivative by each dot product, (anchors, references); nil if no anchor has a
  /// positive.
  private func compare(
    _ units: UnitVectors, _ anchorClasses: [UInt8], _ set: ReferenceSet
  ) -> (value: Double, slopes: [Double])? {
    let (anchorCount, count) = (anchorClasses.count, set.classes.count)
    guard anchorCount > 0, count > 0 else { return nil }
    var pairs = [Double](repeating: 0, count: anchorCount * count)
    rs_contrast_similarities(
      anchorCount, count, units.channels, 1 / temperature, units.values, set.vectors, &pairs)
    var (sum, taken) = (0.0, 0)
    pairs.withUnsafeMutableBufferPointer { pairs in
      for anchor in 0..<anchorCount {
        let row = UnsafeMutableBufferPointer(
          rebasing: pairs[anchor * count..<(anchor + 1) * count])
        let own = anchorClasses[anchor]
        let selfIndex = set.batchCount > 0 ? anchor : -1
        func role(_ index: Int) -> ContrastSlopes.Role {
          index == selfIndex ? .itself : set.classes[index] == own ? .positive : .negative
        }
        guard row.indices.contains(where: { role($0) == .positive }) else {
          row.update(repeating: 0)
          continue
        }
        taken += 1
        switch form {
        case .pixelInfoNCE: sum += ContrastSlopes.infoNCE(row, role: role)
        case .supCon: sum += ContrastSlopes.supCon(row, role: role)
        }
      }
    }
    guard taken > 0 else { return nil }
    let scale = 1 / (Double(taken) * temperature)
    for index in pairs.indices { pairs[index] *= scale }
    return (sum / Double(taken), pairs)
  }
}

/// The vectors that anchors are compared with: the anchors first, then the filled slots.
private struct ReferenceSet {
  let vectors: [Double]
  let classes: [UInt8]
  /// How many of them are the anchors, in their order.
  let batchCount: Int

  init(
    _ kind: ContrastReferences, _ units: UnitVectors, _ anchorClasses: [UInt8],
    _ queue: ClassQueue?
  ) {
    var vectors = kind == .queue ? [] : units.values
    var classes = kind == .queue ? [] : anchorClasses
    batchCount = classes.count
    if kind != .batch, let queue {
      for index in 0..<queue.classes {
        let filled = queue.filledCounts[index]
        let start = index * queue.capacity * queue.channels
        vectors += queue.vectors[start..<start + filled * queue.channels].lazy.map { Double($0) }
        classes += Array(repeating: UInt8(index), count: filled)
      }
    }
    self.vectors = vectors
    self.classes = classes
  }

  /// The gradient by the unit anchors, as anchors and as references of the others.
  func unitGradient(slopes: [Double], _ units: UnitVectors) -> [Double] {
    var gradient = [Double](repeating: 0, count: units.values.count)
    let anchorCount = units.rows.count
    rs_contrast_anchor_gradient(
      anchorCount, classes.count, units.channels, slopes, vectors, &gradient)
    if batchCount > 0 {
      rs_contrast_reference_gradient(
        anchorCount, classes.count, units.channels, batchCount, slopes, units.values, &gradient)
    }
    return gradient
  }
}
