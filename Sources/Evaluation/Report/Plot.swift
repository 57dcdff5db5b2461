/// A quality or a speed against a budget, one line a policy.
package struct Plot: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package let x: Double
    package let y: Double
    /// What is told where the pointer rests on it.
    package let title: String

    package init(x: Double, y: Double, title: String) {
      self.x = x
      self.y = y
      self.title = title
    }
  }

  package struct Line: Sendable, Equatable {
    package let name: String
    /// Ascending in `x`.
    package let points: [Point]

    package init(name: String, points: [Point]) {
      self.name = name
      self.points = points.sorted { $0.x < $1.x }
    }
  }

  package let title: String
  package let xLabel: String
  package let yLabel: String
  package let lines: [Line]
  /// What the lines are to be compared with, drawn across: the full cache.
  package let reference: (name: String, y: Double)?
  /// Bounds that the vertical axis shows in any case.
  package let yRange: ClosedRange<Double>?

  package init(
    title: String, xLabel: String, yLabel: String, lines: [Line], reference: (name: String, y: Double)? = nil,
    yRange: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.lines = lines
    self.reference = reference
    self.yRange = yRange
  }

  package static func == (a: Plot, b: Plot) -> Bool {
    (a.title, a.xLabel, a.yLabel) == (b.title, b.xLabel, b.yLabel) && a.lines == b.lines
      && a.yRange == b.yRange
      && a.reference?.name == b.reference?.name && a.reference?.y == b.reference?.y
  }

  var xs: [Double] { lines.flatMap { $0.points.map(\.x) } }
  var ys: [Double] {
    lines.flatMap { $0.points.map(\.y) } + (reference.map { [$0.y] } ?? [])
      + (yRange.map { [$0.lowerBound, $0.upperBound] } ?? [])
  }
}
