/// A plot as a file of its own, with its title, legend and colors: for pages that show pictures.
extension Plot {
  package var svgFile: String {
    let height = SVGPlot.height + Self.head + Double(legend.count) * Self.legendLine + 8
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(SVGPlot.width)) \(Int(height))" width="720">
      <style>
      svg { background: var(--ground); font: 11px system-ui, sans-serif; }
      .title { fill: var(--ink); font-weight: 600; font-size: 13px; }
      .name { fill: var(--ink); }
      \(Report.colors)
      \(Report.plotStyle)
      </style>
      <rect width="100%" height="100%" fill="var(--ground)"/>
      <text class="title" x="12" y="20">\(title.escaped)</text>
      <svg y="\(Int(Self.head))" viewBox="0 0 \(Int(SVGPlot.width)) \(Int(SVGPlot.height))" height="\(Int(SVGPlot.height))">
      \(SVGPlot(self).content)
      </svg>
      \(legend.joined(separator: "\n"))
      </svg>

      """
  }

  private static let head = 30.0
  private static let legendLine = 16.0
  private static let legendColumns = 2

  /// One element for each row of the legend.
  private var legend: [String] {
    var entries = lines.enumerated().map { index, line in
      (
        name: line.name,
        stroke: "<g class=\"series \(SVGPlot.style(index))\"><polyline points=\"0,0 18,0\"/></g>"
      )
    }
    if let reference {
      entries.append(
        (name: reference.name, stroke: "<line class=\"reference\" x1=\"0\" x2=\"18\" y1=\"0\" y2=\"0\"/>"))
    }
    let rows = (entries.count + Self.legendColumns - 1) / Self.legendColumns
    return (0..<rows).map { row in
      (0..<Self.legendColumns).map { column in
        let index = column * rows + row
        guard index < entries.count else { return "" }
        let x = Int(SVGPlot.left) + column * Int(SVGPlot.width) / Self.legendColumns
        let y = Int(Self.head + SVGPlot.height + Double(row) * Self.legendLine + 8)
        return """
          <g transform="translate(\(x) \(y))">\(entries[index].stroke)\
          <text class="name" x="24" y="4">\(entries[index].name.escaped)</text></g>
          """
      }.joined()
    }
  }
}
