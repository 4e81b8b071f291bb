import Configuration
import Glibc

/// A rule that turns pixel counts into class weights.
///
/// A class without a pixel has weight 0 and is left out of medians and scalings.
public enum ClassWeightRule: String, CaseIterable, Sendable {
  /// The mean count of the classes that occur over the count of the class.
  case inverseFrequency = "inverse_frequency"
  /// ``inverseFrequency`` scaled to mean 1 over the classes that occur.
  case inverseFrequencyMeanOne = "inverse_frequency_mean_1"
  /// The square root of ``inverseFrequency``.
  case inverseSquareRootFrequency = "inverse_square_root_frequency"
  /// The median class frequency over that of the class, each among the labelled pixels of the images
  /// that hold the class (Eigen and Fergus 2015).
  case medianFrequency = "median_frequency"
  /// 1 / ln(1.02 + frequency), the rule of ENet (Paszke et al. 2016).
  case logFrequency = "log_frequency"
  /// (1 - beta) / (1 - beta^count), scaled to sum to the number of classes that occur (Cui et al.
  /// 2019).
  case effectiveNumber = "effective_number"
}

/// Class weights from the pixel counts of training labels.
public enum ClassWeights {
  /// The weight of each class.
  ///
  /// - Parameters:
  ///   - rule: How counts become weights.
  ///   - countsPerImage: For each image the labelled pixels of each class; ignored pixels are not
  ///     counted. Only the rule ``ClassWeightRule/medianFrequency`` tells the images apart.
  ///   - beta: The beta of ``ClassWeightRule/effectiveNumber``, 0 or more and below 1.
  /// - Returns: One weight per class; empty if there are no images.
  public static func weights(
    _ rule: ClassWeightRule, countsPerImage: [[Int]], beta: Double = 0.999
  ) -> [Double] {
    let counts = totals(countsPerImage)
    switch rule {
    case .inverseFrequency:
      return inverseFrequency(counts)
    case .inverseFrequencyMeanOne:
      return scaled(inverseFrequency(counts))
    case .inverseSquareRootFrequency:
      return inverseFrequency(counts).map { $0.squareRoot() }
    case .medianFrequency:
      return medianFrequency(countsPerImage)
    case .logFrequency:
      let total = Double(counts.reduce(0, +))
      return counts.map { $0 > 0 ? 1 / log(1.02 + Double($0) / total) : 0 }
    case .effectiveNumber:
      precondition(beta >= 0 && beta < 1, "beta is \(beta)")
      // expm1 keeps the digits where beta^n is near 1; beta 0 gives 1 for every class
      return scaled(counts.map { $0 > 0 ? (1 - beta) / -expm1(Double($0) * log(beta)) : 0 })
    }
  }

  /// The weight of the foreground that makes both classes weigh the same: background / foreground.
  ///
  /// - Returns: 1 where either is absent, because then nothing can be balanced.
  public static func positiveWeight(background: Int, foreground: Int) -> Double {
    background > 0 && foreground > 0 ? Double(background) / Double(foreground) : 1
  }

  /// Puts numbers in the place of a rule, so that a loss can be made from the settings.
  ///
  /// `class_weights` (or `pos_weight`, where the loss has that key) is set and `class_weight_rule`
  /// removed; settings without a rule come back as they are. A loss with `pos_weight` takes the
  /// weight of the foreground over that of the background, 1 where either is absent.
  ///
  /// - Parameters:
  ///   - settings: The settings of one loss.
  ///   - component: The description of that loss.
  ///   - countsPerImage: As in ``weights(_:countsPerImage:beta:)``; two classes for `pos_weight`.
  public static func resolve(
    _ settings: Settings, of component: Component, countsPerImage: [[Int]]
  ) -> Settings {
    guard let name = settings.optionalText("class_weight_rule") else { return settings }
    guard let rule = ClassWeightRule(rawValue: name) else {
      preconditionFailure("class_weight_rule '\(name)' is not declared")
    }
    let weights = weights(
      rule, countsPerImage: countsPerImage, beta: settings.number("class_weight_beta"))
    var values = settings.values
    values["class_weight_rule"] = nil
    if component.settings.contains(where: { $0.key == "pos_weight" }) {
      precondition(weights.count == 2, "\(weights.count) class counts for one output channel")
      let isBalanced = weights[0] > 0 && weights[1] > 0
      values["pos_weight"] = .number(isBalanced ? weights[1] / weights[0] : 1)
    } else {
      values["class_weights"] = .list(weights.map { .number($0) })
    }
    return Settings(values: values)
  }

  private static func totals(_ countsPerImage: [[Int]]) -> [Int] {
    guard let first = countsPerImage.first else { return [] }
    return countsPerImage.dropFirst().reduce(first) { sums, counts in
      precondition(
        counts.count == sums.count, "images with \(sums.count) and \(counts.count) counts")
      return zip(sums, counts).map { $0 + $1 }
    }
  }

  private static func inverseFrequency(_ counts: [Int]) -> [Double] {
    let occurring = counts.count { $0 > 0 }
    let mean = Double(counts.reduce(0, +)) / Double(max(occurring, 1))
    return counts.map { $0 > 0 ? mean / Double($0) : 0 }
  }

  private static func medianFrequency(_ countsPerImage: [[Int]]) -> [Double] {
    let counts = totals(countsPerImage)
    let frequencies = counts.indices.map { k -> Double in
      let labelled = countsPerImage.reduce(0) { $1[k] > 0 ? $0 + $1.reduce(0, +) : $0 }
      return labelled > 0 ? Double(counts[k]) / Double(labelled) : 0
    }
    let sorted = frequencies.filter { $0 > 0 }.sorted()
    guard !sorted.isEmpty else { return frequencies }
    let middle = sorted.count / 2
    let median =
      sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    return frequencies.map { $0 > 0 ? median / $0 : 0 }
  }

  /// Scales weights to mean 1 over the classes that occur.
  private static func scaled(_ weights: [Double]) -> [Double] {
    let sum = weights.reduce(0, +)
    guard sum > 0 else { return weights }
    let occurring = Double(weights.count { $0 > 0 })
    return weights.map { $0 * occurring / sum }
  }
}
