import Engine
import Models

extension BenchmarkCase {
  /// Bands of every image.
  static let bands = 12

  /// All cases, in the order in which they are measured.
  public static func all(_ options: BenchmarkOptions) -> [BenchmarkCase] {
    predictions(options) + trainings(options) + layers(options) + scenes(options)
  }

  private static let b0 = SegFormer.Widths.variants[0].widths
  /// The networks that predict and train; nothing is dropped at random.
  private static let networks: [(name: String, model: any Model)] = [
    ("unet32", UNet(base: 32, depth: 4)), ("unet64", UNet(base: 64, depth: 4)),
    ("segformer_b0", SegFormer(widths: b0, dropPath: 0, dropout: 0)),
    ("cgnet", CGNet()),
  ]

  private static func predictions(_ options: BenchmarkOptions) -> [BenchmarkCase] {
    let side = options.side ?? 512
    return networks.map { name, model in
      BenchmarkCase(name, .predict) {
        try PredictionBenchmark(model, side: side, options: options)
      }
    }
  }

  private static func trainings(_ options: BenchmarkOptions) -> [BenchmarkCase] {
    let side = options.side ?? 256
    return networks.map { name, model in
      BenchmarkCase(name, .train) {
        try TrainingBenchmark(model, side: side, images: 4, options: options)
      }
    }
  }

  private static func scenes(_ options: BenchmarkOptions) -> [BenchmarkCase] {
    let side = options.side ?? 3072
    return [
      BenchmarkCase("unet\(options.base)", .scene) {
        try SceneBenchmark(side: side, options: options)
      }
    ]
  }

  /// The layers of a U-Net of base 32, and the convolutions of one of base 64 that it lacks.
  private static func layers(_ options: BenchmarkOptions) -> [BenchmarkCase] {
    let side = options.side ?? 512
    var cases: [BenchmarkCase] = []
    func add(
      _ name: String, inputs: Int, level: Int, hasBackward: Bool = true,
      _ layer: @escaping @Sendable (GraphBuilder, Value) -> Value
    ) {
      let side = max(1, side >> level)
      for pass in hasBackward ? LayerBenchmark.Pass.allCases : [.forward] {
        let suffix = pass == .forward ? "" : "/\(pass.rawValue)"
        cases.append(
          BenchmarkCase("\(name)-at-\(side)\(suffix)", .layers) {
            try LayerBenchmark(
              shape: Shape(1, side, side, inputs), pass: pass, options: options, layer)
          })
      }
    }
    for (inputs, outputs, level) in [
      (bands, 32, 0), (32, 32, 0), (64, 64, 1), (128, 128, 2), (256, 256, 3), (512, 512, 4),
    ] {
      add("conv3x3-\(inputs)-\(outputs)", inputs: inputs, level: level) {
        $0.convolution($1, "layer", outputs: outputs, kernel: 3, padding: 1, bias: false)
      }
    }
    add("conv1x1-32-1", inputs: 32, level: 0) {
      $0.convolution($1, "layer", outputs: 1, kernel: 1)
    }
    for (inputs, level) in [(64, 1), (512, 4)] {
      add("up2x2-\(inputs)-\(inputs / 2)", inputs: inputs, level: level) {
        $0.transposedConvolution($1, "layer", outputs: inputs / 2, kernel: 2, stride: 2)
      }
    }
    add("batch-norm-32", inputs: 32, level: 0) { $0.batchNorm($1, "layer") }
    add("pool2x2-32", inputs: 32, level: 0) { builder, x in builder.maxPool(x) }
    return cases
  }
}
