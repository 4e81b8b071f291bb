/// A rectangle of pixels: `x` counts columns to the right, `y` rows downwards, both from 0.
public struct Window: Equatable, Sendable, Hashable, CustomStringConvertible {
  /// The first column.
  public var x: Int
  /// The first row.
  public var y: Int
  /// The number of columns.
  public var width: Int
  /// The number of rows.
  public var height: Int

  /// Makes a window; negative sizes are a programmer's mistake.
  public init(x: Int, y: Int, width: Int, height: Int) {
    precondition(width >= 0 && height >= 0, "window of \(width) × \(height) pixels")
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The column after the last one.
  public var endX: Int { x + width }
  /// The row after the last one.
  public var endY: Int { y + height }
  /// The number of pixels.
  public var pixelCount: Int { width * height }
  /// Whether the window has no pixels.
  public var isEmpty: Bool { width == 0 || height == 0 }

  /// `WIDTHxHEIGHT+X+Y`, as in X11 and ImageMagick.
  public var description: String { "\(width)x\(height)\(signed(x))\(signed(y))" }

  /// The pixels common to both windows, or nil if there are none.
  public func intersection(_ other: Window) -> Window? {
    let left = max(x, other.x)
    let top = max(y, other.y)
    let right = min(endX, other.endX)
    let bottom = min(endY, other.endY)
    guard left < right, top < bottom else { return nil }
    return Window(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// Whether every pixel of the other window lies in this one.
  public func contains(_ other: Window) -> Bool {
    x <= other.x && y <= other.y && other.endX <= endX && other.endY <= endY
  }

  /// Whether the pixel lies in the window.
  public func contains(x column: Int, y row: Int) -> Bool {
    x <= column && column < endX && y <= row && row < endY
  }

  /// The window grown by a margin on each side and cut to the bounds.
  ///
  /// Empty, at the nearest corner of the bounds, if nothing is left.
  public func expanded(by margin: Int, within bounds: Window) -> Window {
    let left = min(max(x - margin, bounds.x), bounds.endX)
    let top = min(max(y - margin, bounds.y), bounds.endY)
    let right = min(max(endX + margin, left), bounds.endX)
    let bottom = min(max(endY + margin, top), bounds.endY)
    return Window(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// The window moved by whole pixels.
  func shifted(x columns: Int, y rows: Int) -> Window {
    Window(x: x + columns, y: y + rows, width: width, height: height)
  }

  private func signed(_ value: Int) -> String { value < 0 ? "\(value)" : "+\(value)" }
}
