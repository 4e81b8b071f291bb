import Rasters

/// A scale bar under a picture: a round length and how much of the picture's width it takes.
struct ScaleBar {
  /// The length in metres: 1, 2 or 5 times a power of ten.
  let metres: Double
  /// The share of the picture's width.
  let share: Double

  /// About a quarter of the width of a grid; nil where its size in metres is not known.
  init?(_ grid: Grid) {
    let middle = grid.height / 2
    guard let area = grid.pixelAreaSquareMetres(row: middle), area > 0 else { return nil }
    // pixels of a degree grid are narrower than high away from the equator: take the width alone
    let (x, y) = grid.pixelSize
    let width = (area * x / y).squareRoot() * Double(grid.width)
    let wanted = width / 4
    var unit = 1.0
    while unit * 10 <= wanted { unit *= 10 }
    while unit > wanted { unit /= 10 }
    metres = unit * (wanted >= 5 * unit ? 5 : wanted >= 2 * unit ? 2 : 1)
    share = metres / width
  }

  /// `2 km` or `500 m`.
  var text: String {
    metres >= 1000 ? "\(decimals(metres / 1000, 0)) km" : "\(decimals(metres, 0)) m"
  }

  /// The bar as HTML.
  var html: String {
    "<div class=\"legend\" aria-label=\"scale bar\"><div style=\"width:\(decimals(100 * share, 2))%;"
      + "border:1px solid #1b1f23;border-top:0;height:.4em\"></div>\(text)</div>"
  }
}
