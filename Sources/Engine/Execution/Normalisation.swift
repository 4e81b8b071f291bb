import CKernels

/// The batch norm and rectifier of a value that lies in memory before them: kernels apply
/// max(scale x + shift, lower) to each channel while they load it, so that neither takes a pass of
/// its own, nor memory.
///
/// The coefficients of all channels of a buffer lie together, so that a concatenation is normalised
/// part by part; channels that nobody normalises have scale 1, shift 0 and no lower bound.
struct Normalisation {
  /// What is kept for each channel.
  enum Coefficient: Int, CaseIterable {
    case scale, shift, lower
    /// Statistics of the batch.
    case mean, inverseDeviation
    /// Of the gradient through rectifier and norm: see `RS_LOAD_NORM_GRADIENT`.
    case gain, slope, offset
  }

  private let floats: UnsafeMutablePointer<Float>
  private let doubles: UnsafeMutablePointer<Double>
  /// Channels of the buffer.
  private let width: Int
  private let firstChannel: Int

  /// Bytes for a buffer of this many channels.
  static func byteCount(channels: Int) -> Int {
    Arena.rounded(channels * (Coefficient.allCases.count * 4 + 2 * 8))
  }

  /// The coefficients of a buffer at `pointer`, seen from one of its channels.
  init(at pointer: UnsafeMutableRawPointer, channels: Int, firstChannel: Int) {
    doubles = pointer.assumingMemoryBound(to: Double.self)
    floats = (pointer + 2 * 8 * channels).assumingMemoryBound(to: Float.self)
    width = channels
    self.firstChannel = firstChannel
  }

  /// A coefficient of each channel.
  func callAsFunction(_ coefficient: Coefficient) -> UnsafeMutablePointer<Float> {
    floats + coefficient.rawValue * width + firstChannel
  }

  /// Sums over the gradient by the normalised value, where the rectifier lets it pass.
  var gradientSum: UnsafeMutablePointer<Double> { doubles + firstChannel }
  /// Sums of its product with the normalised value before scale and shift.
  var gradientProduct: UnsafeMutablePointer<Double> { doubles + width + firstChannel }

  /// Makes all channels of the buffer such that nothing happens to them.
  func clear() {
    for channel in 0..<width {
      floats[Coefficient.scale.rawValue * width + channel] = 1
      floats[Coefficient.lower.rawValue * width + channel] = -.infinity
    }
  }
}

extension TensorView {
  /// What a kernel reads: the values as they are, or normalised and rectified.
  func source(_ normalisation: Normalisation?) -> rs_source {
    var source = rs_source()
    source.view = kernelView
    guard let normalisation else { return source }
    source.load = RS_LOAD_AFFINE
    source.scale = UnsafePointer(normalisation(.scale))
    source.shift = UnsafePointer(normalisation(.shift))
    source.lower = UnsafePointer(normalisation(.lower))
    return source
  }

  /// What a kernel reads where this is the gradient by the normalised `values`: the gradient by the
  /// values themselves.
  func gradientSource(of values: TensorView, _ normalisation: Normalisation) -> rs_source {
    var source = source(normalisation)
    source.load = RS_LOAD_NORM_GRADIENT
    source.forward = values.kernelView
    source.gain = UnsafePointer(normalisation(.gain))
    source.slope = UnsafePointer(normalisation(.slope))
    source.offset = UnsafePointer(normalisation(.offset))
    return source
  }

  /// Where a kernel writes to.
  func sink(accumulates: Bool = false) -> rs_sink {
    var sink = rs_sink()
    sink.view = kernelView
    sink.accumulate = accumulates ? 1 : 0
    return sink
  }
}

extension rs_sink {
  /// Asks for the sums that the batch norm of `values` needs, over the gradient that is written.
  mutating func collectGradientSums(
    of values: TensorView, _ normalisation: Normalisation, in partials: UnsafeMutablePointer<Float>
  ) {
    sums = RS_SUMS_GRADIENT
    self.partials = partials
    forward = values.kernelView
    scale = UnsafePointer(normalisation(.scale))
    shift = UnsafePointer(normalisation(.shift))
    lower = UnsafePointer(normalisation(.lower))
    mean = UnsafePointer(normalisation(.mean))
    inverse_deviation = UnsafePointer(normalisation(.inverseDeviation))
  }
}
