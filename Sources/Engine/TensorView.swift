import CKernels
import Glibc

/// A view of tensor data in somebody else's memory: (N, H, W, C) with a stride from pixel to pixel,
/// so that it can be a range of channels of a wider tensor.
///
/// It is valid as long as the owner of the memory lives.
public struct TensorView {
  /// The first channel of the first pixel.
  public let pointer: UnsafeMutableRawPointer
  /// Type of the elements.
  public let type: ElementType
  /// Images, rows, columns, channels.
  public let shape: Shape
  /// Elements from one pixel to the next, at least the number of channels.
  public let pixelStride: Int

  /// Makes a view; `pixelStride` defaults to the number of channels.
  public init(
    pointer: UnsafeMutableRawPointer, type: ElementType, shape: Shape, pixelStride: Int? = nil
  ) {
    self.pointer = pointer
    self.type = type
    self.shape = shape
    self.pixelStride = pixelStride ?? shape.channels
  }

  /// The view for a kernel call.
  var kernelView: rs_view {
    rs_view(
      data: pointer, n: Int32(shape.images), h: Int32(shape.height), w: Int32(shape.width),
      c: Int32(shape.channels), stride: Int64(pixelStride))
  }

  /// The channels `first ..< first + count` as a view of their own.
  public func channels(from first: Int, count: Int) -> TensorView {
    TensorView(
      pointer: pointer + first * type.size, type: type, shape: shape.with(channels: count),
      pixelStride: pixelStride)
  }

  /// Sets all elements to zero; other channels of the same pixels stay.
  public func clear() {
    for pixel in 0..<(pixelStride == shape.channels ? 1 : shape.pixels) {
      let count = pixelStride == shape.channels ? shape.count : shape.channels
      memset(pointer + pixel * pixelStride * type.size, 0, count * type.size)
    }
  }

  /// Copies values in (N, H, W, C) order into the view.
  public func write(_ values: [Double]) {
    precondition(values.count == shape.count, "\(values.count) values for \(shape)")
    forEachElement { offset, index in
      switch type {
      case .float32:
        pointer.storeBytes(of: Float(values[index]), toByteOffset: offset, as: Float.self)
      case .float64: pointer.storeBytes(of: values[index], toByteOffset: offset, as: Double.self)
      }
    }
  }

  /// Copies values in (N, H, W, C) order into the view.
  public func write(_ values: [Float]) {
    precondition(values.count == shape.count, "\(values.count) values for \(shape)")
    guard type == .float32, pixelStride == shape.channels else {
      return write(values.map(Double.init))
    }
    values.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      pointer.copyMemory(from: base, byteCount: bytes.count)
    }
  }

  /// The values in (N, H, W, C) order.
  public func doubles() -> [Double] {
    var values = [Double](repeating: 0, count: shape.count)
    forEachElement { offset, index in
      switch type {
      case .float32: values[index] = Double(pointer.load(fromByteOffset: offset, as: Float.self))
      case .float64: values[index] = pointer.load(fromByteOffset: offset, as: Double.self)
      }
    }
    return values
  }

  /// The values in (N, H, W, C) order, rounded to `Float`.
  public func floats() -> [Float] {
    guard type == .float32, pixelStride == shape.channels else { return doubles().map(Float.init) }
    return [Float](
      UnsafeBufferPointer(
        start: pointer.assumingMemoryBound(to: Float.self), count: shape.count))
  }

  /// Calls `body` with the byte offset and the index in (N, H, W, C) order of every element.
  private func forEachElement(_ body: (Int, Int) -> Void) {
    for pixel in 0..<shape.pixels {
      for channel in 0..<shape.channels {
        body((pixel * pixelStride + channel) * type.size, pixel * shape.channels + channel)
      }
    }
  }
}
