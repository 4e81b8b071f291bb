import Configuration

extension PixelContrast {
  /// The names, formulas and keys of the forms, of family `contrast`.
  public static let components = Form.allCases.map(component)

  /// The name, formula and keys of one form.
  public static func component(of form: Form) -> Component {
    switch form {
    case .pixelInfoNCE:
      Component(
        family: "contrast", name: form.rawValue,
        summary: "Draws embeddings of pixels of one class together, each pair weighed against the "
          + "pixels of other classes.",
        formula: """
          mean over the anchors of the mean over their positives p of
          -log(e^s(p) / (e^s(p) + sum over the negatives n of e^s(n)))
          s(r) = u · r / temperature, u and r of unit length; an anchor without a positive is left out
          """,
        source: "Wang et al. 2021, Exploring Cross-Image Pixel Contrast for Semantic Segmentation "
          + "(arXiv 2101.11939)",
        settings: settings)
    case .supCon:
      Component(
        family: "contrast", name: form.rawValue,
        summary: "Draws embeddings of pixels of one class together, each pair weighed against all "
          + "other pixels taken.",
        formula: """
          mean over the anchors of the mean over their positives p of
          -log(e^s(p) / sum over all references r but the anchor itself of e^s(r))
          s(r) = u · r / temperature, u and r of unit length; an anchor without a positive is left out
          """,
        source: "Khosla et al. 2020, Supervised Contrastive Learning (arXiv 2004.11362)",
        settings: settings)
    }
  }

  private static let settings = [
    LossSettings.weight,
    ContrastSettings.temperature(default: "0.1"),
    Setting(
      "references", .choice(ContrastReferences.allCases.map(\.rawValue)), default: "both",
      "What an anchor is compared with: the other anchors of the batch, a queue of earlier "
        + "embeddings, or both."),
    Setting(
      "queue_length", .integer(1...1_000_000), default: "512", unit: "vectors",
      "How many embeddings of each class the queue holds."),
    Setting(
      "anchors_per_class", .integer(1...100_000), default: "128", unit: "pixels",
      "How many pixels of each class are drawn from a batch."),
    Setting(
      "boundary_share", .number(0...1), default: "0.5",
      "The share of the anchors of a class that is drawn from its boundary with other classes, as "
        + "far as that has so many pixels."),
    Setting(
      "boundary_radius", .integer(1...64), default: "1", unit: "pixels",
      "How near another class must be for a pixel to count as boundary."),
  ]
}

/// The keys that contrastive losses share.
enum ContrastSettings {
  /// What similarities are divided by.
  static func temperature(default text: String) -> Setting {
    Setting(
      "temperature", .number(0.001...1000), default: text,
      "What similarities are divided by: the smaller, the more the hardest pairs count.")
  }
}
