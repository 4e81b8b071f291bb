import CKernels

/// What decides the random draws of training passes: they follow from a seed, the number of the
/// step, the operation and the element alone, so that the backward pass makes them again, and a
/// training that was stopped goes on with the same bits.
public final class RandomDraws {
  /// Decides all draws together.
  public var seed: UInt64 = 0
  /// The number of the step: set it before each forward pass.
  public var step: UInt64 = 0

  /// The key of the draws of one operation.
  func key(of stream: Int) -> UInt64 {
    [step, UInt64(stream)].reduce(mixed(seed)) { mixed($0 ^ mixed($1)) }
  }

  /// SplitMix64.
  private func mixed(_ word: UInt64) -> UInt64 {
    var word = word &+ 0x9e37_79b9_7f4a_7c15
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

/// A rate at which something is left out in training, and where the draws come from.
struct DropRate: Sendable {
  /// The probability of being left out, in 0 ..< 1.
  let rate: Double
  /// Tells the draws of operations of one network apart.
  let stream: Int

  /// What is kept is multiplied by it, so that expectations stay.
  var factor: Double { 1 / (1 - rate) }

  /// Ones and zeros, `count` of them, at the start of the call's scratch.
  func mask(_ shape: Shape, _ call: OperationCall) -> TensorView {
    let key = call.draws.key(of: stream)
    let view = TensorView(pointer: call.scratch, type: call.type, shape: shape)
    for index in 0..<shape.count {
      let kept = rs_is_kept(key, UInt64(index), rate) != 0
      switch call.type {
      case .float32:
        call.scratch.storeBytes(of: kept ? 1 : 0, toByteOffset: 4 * index, as: Float.self)
      case .float64:
        call.scratch.storeBytes(of: kept ? 1 : 0, toByteOffset: 8 * index, as: Double.self)
      }
    }
    return view
  }
}
