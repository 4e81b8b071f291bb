import Engine

/// Room for one batch: the network's input and a label for each pixel.
public struct Batch {
  /// The input of the network, (N, H, W, bands): written by whoever makes the batch.
  public let input: TensorView
  /// The class of each pixel, (N, H, W); 255 is ignored.
  public var labels: [UInt8]
  /// What messages call each image, such as its scene and window; empty: nothing is told.
  ///
  /// It stays from one batch to the next unless it is written.
  public var names: [String] = []
}

/// The loss of one image of a step.
public struct ImageLoss: Sendable, Equatable {
  /// The number of the batch, from 0 over the whole training.
  public let batch: Int
  /// The image of the batch.
  public let image: Int
  /// What the batch called it; nil where it had no names.
  public let name: String?
  /// Its loss, computed as if it were a batch of its own.
  public let loss: Double
}
