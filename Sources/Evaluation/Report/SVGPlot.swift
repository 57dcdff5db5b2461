import Foundation

/// A plot as inline SVG; colors are the page's CSS variables, so that it follows the reader's theme.
struct SVGPlot {
  private let plot: Plot
  private let x: Axis
  private let y: Axis

  static let width = 480.0
  static let height = 270.0
  static let left = 58.0
  private static let right = 12.0
  private static let top = 10.0
  private static let bottom = 44.0

  init(_ plot: Plot) {
    self.plot = plot
    // Budgets are chosen by doubling: a logarithm spreads them evenly.
    let least = plot.xs.min() ?? 0
    x = Axis(plot.xs, logarithmic: least > 0 && (plot.xs.max() ?? 0) >= 4 * least)
    y = Axis(plot.ys)
  }

  var text: String {
    """
    <svg viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" aria-label="\(plot.title.escaped)">
    \(content)
    </svg>
    """
  }

  /// What is drawn, without the element around it.
  var content: String {
    (grid + labels + [reference] + plot.lines.enumerated().map(line)).joined(separator: "\n")
  }

  private func horizontal(_ value: Double) -> Double {
    Self.left + x.place(value) * (Self.width - Self.left - Self.right)
  }

  private func vertical(_ value: Double) -> Double {
    Self.height - Self.bottom - y.place(value) * (Self.height - Self.top - Self.bottom)
  }

  private var grid: [String] {
    let (left, right) = (Self.left, Self.width - Self.right)
    let floor = Self.height - Self.bottom
    let across = y.marks.map { mark in
      let height = vertical(mark)
      return """
        <line class="grid" x1="\(left)" x2="\(right)" y1="\(height.short)" y2="\(height.short)"/>
        <text class="mark" text-anchor="end" x="\(left - 6)" y="\((height + 4).short)">\(Axis.text(mark))</text>
        """
    }
    let upward = horizontalMarks.map { mark in
      let place = horizontal(mark)
      return """
        <line class="grid" x1="\(place.short)" x2="\(place.short)" y1="\(Self.top)" y2="\(floor)"/>
        <text class="mark" text-anchor="middle" x="\(place.short)" y="\(floor + 16)">\(Axis.text(mark))</text>
        """
    }
    return across + upward
  }

  /// The budgets themselves, if they are few and not too near to each other.
  private var horizontalMarks: [Double] {
    let budgets = Set(plot.xs).sorted()
    let places = budgets.map(x.place)
    let areApart = zip(places, places.dropFirst()).allSatisfy { $1 - $0 > 0.1 }
    return areApart ? budgets : x.marks
  }

  private var labels: [String] {
    let middle = (Self.top + Self.height - Self.bottom) / 2
    let center = (Self.left + Self.width - Self.right) / 2
    let kind = { (axis: Axis) in axis.isLogarithmic ? " (logarithmic)" : "" }
    return [
      """
      <text class="label" text-anchor="middle" x="\(center)" y="\(Self.height - 6)">\
      \(plot.xLabel.escaped)\(kind(x))</text>
      """,
      """
      <text class="label" text-anchor="middle" transform="translate(13 \(middle)) rotate(-90)">\
      \(plot.yLabel.escaped)\(kind(y))</text>
      """,
    ]
  }

  private var reference: String {
    guard let reference = plot.reference, reference.y.isFinite else { return "" }
    let height = vertical(reference.y).short
    return """
      <line class="reference" x1="\(Self.left)" x2="\(Self.width - Self.right)" y1="\(height)" y2="\(height)">\
      <title>\(reference.name.escaped): \(Axis.text(reference.y))</title></line>
      """
  }

  private func line(_ index: Int, _ line: Plot.Line) -> String {
    let points = line.points.filter { $0.x.isFinite && $0.y.isFinite && (!y.isLogarithmic || $0.y > 0) }
    let places = points.map { "\(horizontal($0.x).short),\(vertical($0.y).short)" }.joined(separator: " ")
    let dots = points.map { point in
      """
      <circle r="3.5" cx="\(horizontal(point.x).short)" cy="\(vertical(point.y).short)">\
      <title>\(point.title.escaped)</title></circle>
      """
    }
    return """
      <g class="series \(Self.style(index))"><polyline points="\(places)"/>
      \(dots.joined(separator: "\n"))</g>
      """
  }

  /// The classes of a line's color; colors that come again are dashed.
  static func style(_ index: Int) -> String { "s\(index % colors)" + (index < colors ? "" : " again") }

  /// As many as the page's style has.
  private static let colors = 8
}

extension Double {
  /// A coordinate with one digit behind the point.
  fileprivate var short: String { String(format: "%.1f", self) }
}

extension String {
  /// The text in HTML and SVG, between tags and in attributes.
  var escaped: String {
    replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
