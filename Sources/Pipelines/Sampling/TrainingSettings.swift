import Configuration
import Training

/// The keys of `train` that say how steps are made, beside the loss, the optimiser and the schedule.
enum TrainingSettings {
  /// In the order of the documentation.
  static let all = [
    Setting("epochs", .integer(1...100_000), default: "20", "The most epochs."),
    Setting("steps", .integer(1...1_000_000), default: "100", "Steps of an epoch."),
    Setting("batch", .integer(1...4096), default: "8", unit: "windows", "Windows of a step."),
    Setting(
      "accumulate", .integer(1...4096), default: "1", unit: "batches",
      "Batches whose mean gradient makes a step: as if 'batch' were larger, but for the statistics "
        + "of batch norms."),
    Setting(
      "patience", .integer(1...100_000),
      "Epochs without a better score after which training stops; by default never."),
    Setting(
      "clip_norm", .number(.leastNormalMagnitude...1e9), default: "1",
      "The greatest norm of all gradients together."),
    Setting(
      "clip_value", .number(.leastNormalMagnitude...1e9),
      "The greatest size of an element of the gradients, before 'clip_norm'; by default any."),
    Setting(
      "average",
      .group([
        Setting(
          "decay", .number(0...0.999_999_999), isRequired: true,
          "How much of the average is kept at each step."),
        Setting("warmup", .flag, default: "true", "Whether the first steps keep less."),
      ]),
      "An average of the weights over the steps, which is validated and kept in their place."),
    Setting(
      "rates",
      .list(
        .group([
          Setting(
            "parameters", .text, isRequired: true,
            "Names of parameters, such as 'enc.*'; * stands for anything."),
          Setting(
            "factor", .number(0...1e6), isRequired: true, "The factor of their learning rate."),
        ]), count: 1...100),
      "Factors of the learning rate of some parameters; the first that fits a name counts."),
    Setting(
      "frozen", .list(.text, count: 1...100),
      "Names of parameters that stay as they are, such as 'enc.*'."),
    Setting(
      "freeze_statistics", .flag, default: "false",
      "Whether the running statistics of frozen batch norms stay, too."),
    Setting(
      "boundary_smoothing",
      .group([
        Setting(
          "share", .number(0...1), default: "0.5",
          "The share of a label that is spread evenly over the classes."),
        Setting(
          "width", .integer(1...99), default: "3", unit: "pixels",
          "Side of the square in which another class makes a boundary; an even one counts as the next "
            + "odd one."),
      ]),
      "Labels made soft where classes meet; by default they stay hard."),
    Setting(
      "start", .path,
      "A model file, or a published checkpoint (.safetensors) of the same architecture, whose "
        + "weights training starts from; what it lacks starts at random."),
    Setting(
      "hard_windows", .number(0...0.9), default: "0",
      "Share of windows that are drawn again from those of the epoch before with the greatest loss."
    ),
  ]

  /// What the trainer is told.
  static func read(_ settings: Settings) -> TrainingOptions {
    var options = TrainingOptions(
      epochs: settings.integer("epochs"), stepsPerEpoch: settings.integer("steps"))
    options.patience = settings.optionalInteger("patience")
    options.clipNorm = settings.optionalNumber("clip_norm")
    options.clipValue = settings.optionalNumber("clip_value")
    options.accumulate = settings.integer("accumulate")
    options.average = settings.optionalGroup("average").map {
      TrainingOptions.Average(decay: $0.number("decay"), warmsUp: $0.flag("warmup"))
    }
    options.rates = settings.groups("rates").map {
      TrainingOptions.RateRule(parameters: $0.text("parameters"), factor: $0.number("factor"))
    }
    options.frozen = settings.texts("frozen").map(NamePattern.init)
    options.freezesStatistics = settings.flag("freeze_statistics")
    options.smoothing = settings.optionalGroup("boundary_smoothing").map {
      BoundarySmoothing(share: $0.number("share"), width: $0.integer("width") | 1)
    }
    options.keepsImageLosses = settings.number("hard_windows") > 0
    return options
  }
}
