/// What the anchors of a contrastive loss are compared with: the anchors themselves, first, then the
/// filled slots of a queue, class by class.
struct ContrastReferences {
  /// (count, channels), of length 1.
  let vectors: [Double]
  /// The class of each.
  let labels: [UInt8]
  /// The class of each anchor.
  let anchorLabels: [UInt8]
  /// Whether reference i is anchor i, for as many as there are anchors.
  let holdsAnchors: Bool

  /// The number of references.
  var count: Int { labels.count }

  /// Collects them.
  init(
    _ anchors: UnitVectors, labels: [UInt8], queue: ClassQueue?, kind: ContrastiveLoss.References
  ) {
    anchorLabels = labels
    holdsAnchors = kind != .queue
    var (vectors, all) = holdsAnchors ? (anchors.values, labels) : ([], [])
    if let queue, kind != .batch {
      precondition(
        queue.channels == anchors.channels,
        "a queue of \(queue.channels) channels for \(anchors.channels)")
      for k in queue.filled.indices {
        vectors += queue.samples(class: k)
        all += Array(repeating: UInt8(k), count: queue.filled[k])
      }
    }
    self.vectors = vectors
    self.labels = all
  }
}
