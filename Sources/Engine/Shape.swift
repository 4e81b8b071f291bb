/// The shape of a tensor: (N, H, W, C), in memory in this order.
public struct Shape: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// Images in the batch.
  public var images: Int
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int
  /// Channels.
  public var channels: Int

  /// Makes a shape from images, rows, columns and channels.
  public init(_ images: Int, _ height: Int, _ width: Int, _ channels: Int) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Pixels of all images together.
  public var pixels: Int { images * height * width }

  /// Elements.
  public var count: Int { pixels * channels }

  /// The same pixels with another number of channels.
  public func with(channels: Int) -> Shape { Shape(images, height, width, channels) }

  /// `images×height×width×channels`.
  public var description: String { "\(images)×\(height)×\(width)×\(channels)" }
}
