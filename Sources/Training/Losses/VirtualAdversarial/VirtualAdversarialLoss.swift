import Configuration

/// Virtual adversarial training, which needs no labels.
///
/// Predictions shall not change when the input moves a little in the direction in which they change
/// most.
///
/// The direction comes from the network itself, by power iteration: d becomes the unit vector of the
/// gradient at r = xi d of KL(p(x) || p(x + r)), which near r = 0 is xi times the Hessian times d.
/// With the published xi of 1e-6 that gradient is a difference of nearly equal numbers, which float
/// does not have the digits for; 0.1 to 1 is safe there.
public struct VirtualAdversarialLoss: Sendable {
  /// The name, formula and keys.
  public static let component = Component(
    family: "regulariser", name: "vat",
    summary: "Virtual adversarial training with entropy minimisation, on pixels without labels.",
    formula: """
      d: a random direction, of length 1 in each image; power_iterations times:
      d = unit vector of the gradient by r, at r = xi d, of KL(p(x) || p(x + r))
      weight KL(p(x) || p(x + epsilon d)) + entropy (-sum_k p_k(x) log p_k(x)), means over the pixels
      p(x) and d are constants of the first term
      """,
    source: "Miyato et al. 2018, Virtual Adversarial Training (arXiv 1704.03976)",
    settings: [
      LossSettings.weight,
      Setting(
        "epsilon", .number(0...1e6), default: "2.5",
        "How far the input moves: the length of the step in an image, over all its pixels and "
          + "channels after normalisation."),
      Setting(
        "xi", .number(1e-9...1e6), default: "0.1",
        "How far the input moves where the direction is looked for."),
      Setting(
        "power_iterations", .integer(1...100), default: "1",
        "How often the direction is improved; each costs a pass forward and back."),
      Setting(
        "entropy", .number(0...1e6), default: "1", "The factor of the entropy; 0 leaves it out."),
    ])

  /// The factor of the divergence.
  public let weight: Double
  /// How far the input of each image moves.
  public let epsilon: Double
  /// How far it moves where the direction is looked for.
  public let xi: Double
  /// How often the direction is improved.
  public let powerIterations: Int
  /// The factor of the entropy.
  public let entropyWeight: Double

  /// Makes the loss.
  public init(
    weight: Double = 1, epsilon: Double = 2.5, xi: Double = 0.1, powerIterations: Int = 1,
    entropyWeight: Double = 1
  ) {
    precondition(
      epsilon >= 0 && xi > 0 && powerIterations > 0,
      "epsilon \(epsilon), xi \(xi), \(powerIterations) power iterations")
    self.weight = weight
    self.epsilon = epsilon
    self.xi = xi
    self.powerIterations = powerIterations
    self.entropyWeight = entropyWeight
  }

  /// Makes the loss from decoded settings.
  public init(_ settings: Settings) {
    self.init(
      weight: settings.number(LossSettings.weight.key), epsilon: settings.number("epsilon"),
      xi: settings.number("xi"), powerIterations: settings.integer("power_iterations"),
      entropyWeight: settings.number("entropy"))
  }

  /// What came of an input.
  public struct Outcome: Sendable {
    /// The mean over pixels of KL(p(x) || p(x + perturbation)).
    public var divergence = 0.0
    /// The mean over pixels of the entropy at x.
    public var entropy = 0.0
    /// What was added to the input, (images, elements).
    public var perturbation: [Double] = []
  }

  /// Computes the terms and adds their gradients by the parameters.
  ///
  /// - Parameters:
  ///   - network: Logits, and slopes. It makes 2 + `powerIterations` passes forward, and back one
  ///     fewer, or as many with entropy.
  ///   - input: (images, elements).
  ///   - images: The number of images.
  ///   - classes: The channels of the logits.
  ///   - direction: Where to start, of the shape of the input: independent normal numbers.
  ///   - keep: (images, pixels), 0 where a pixel does not count; nil: all count.
  ///   - factor: The factor of all gradients.
  /// - Returns: The terms without their factors.
  public func evaluate(
    _ network: some DifferentiableNetwork, input: [Double], images: Int, classes: Int,
    direction: [Double], keep: [UInt8]? = nil, factor: Double = 1
  ) -> Outcome {
    precondition(
      direction.count == input.count && input.count % images == 0,
      "a direction of \(direction.count) elements for \(input.count) in \(images) images")
    func look(at input: [Double]) -> PixelDistributions {
      PixelDistributions(network.logits(of: input), classes: classes, keep: keep)
    }
    var outcome = Outcome()
    let clean = look(at: input)
    outcome.entropy = clean.entropy
    if entropyWeight > 0 {
      let scale = factor * entropyWeight
      _ = network.backward(
        from: clean.entropyGradient.map { scale * $0 }, addsToParameters: true)
    }
    var unit = Self.unitImages(direction, images: images, else: direction)
    for _ in 0..<powerIterations {
      let moved = look(at: zip(input, unit).map { $0 + xi * $1 })
      let slope = network.backward(
        from: clean.divergenceGradient(by: moved), addsToParameters: false)
      unit = Self.unitImages(slope, images: images, else: unit)
    }
    outcome.perturbation = unit.map { epsilon * $0 }
    let moved = look(at: zip(input, outcome.perturbation).map { $0 + $1 })
    outcome.divergence = clean.divergence(to: moved)
    let scale = factor * weight
    _ = network.backward(
      from: clean.divergenceGradient(by: moved).map { scale * $0 }, addsToParameters: true)
    return outcome
  }

  /// Each image scaled to length 1; one without direction gets that of `other`.
  private static func unitImages(
    _ direction: [Double], images: Int, else other: [Double]
  ) -> [Double] {
    var unit = direction
    let elements = direction.count / images
    for image in 0..<images {
      let range = image * elements..<(image + 1) * elements
      // the squares of slopes of 1e-170 would be 0
      let largest = range.reduce(0) { max($0, abs(direction[$1])) }
      guard largest > 0, largest.isFinite else {
        unit.replaceSubrange(range, with: other[range])
        continue
      }
      let sum = range.reduce(0) { $0 + (direction[$1] / largest) * (direction[$1] / largest) }
      let length = largest * sum.squareRoot()
      for index in range { unit[index] = direction[index] / length }
    }
    return unit
  }
}
