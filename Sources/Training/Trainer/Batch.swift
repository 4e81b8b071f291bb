import Engine

/// Room for one batch: the network's input and a label for each pixel.
public struct Batch {
  /// The input of the network, (N, H, W, bands): written by whoever makes the batch.
  public let input: TensorView
  /// The class of each pixel, (N, H, W); 255 is ignored.
  public var labels: [UInt8]
}
