/// A report as one file that needs nothing else: no script, no font, no picture of its own.
extension Report {
  package var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <title>\(title.escaped)</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    <h1>\(title.escaped)</h1>
    \(factList)
    <div class="plots">
    \(plots.map(Self.figure).joined(separator: "\n"))
    </div>
    \(tables.map(Self.table).joined(separator: "\n"))
    </body>
    </html>

    """
  }

  private var factList: String {
    let items = facts.map { fact in
      "<div><dt>\(fact.name.spaced.escaped)</dt><dd>\(fact.value.shown.escaped)</dd></div>"
    }
    return "<dl>\n\(items.joined(separator: "\n"))\n</dl>"
  }

  private static func figure(_ plot: Plot) -> String {
    let names = plot.lines.enumerated().map { index, line in
      "<li class=\"\(SVGPlot.style(index))\">\(line.name.escaped)</li>"
    }
    let reference = plot.reference.map { ["<li class=\"dashed\">\($0.name.escaped)</li>"] } ?? []
    return """
      <figure>
      <figcaption>\(plot.title.escaped)</figcaption>
      \(SVGPlot(plot).text)
      <ul class="legend">\((names + reference).joined())</ul>
      </figure>
      """
  }

  private static func table(_ table: ReportTable) -> String {
    let isText = table.columns.indices.map { column in table.rows.allSatisfy { $0[column].isText } }
    let row = { (cells: [String], tag: String) in
      let marked = zip(cells, isText).map { cell, isText in
        "<\(tag)\(isText ? "" : " class=\"number\"")>\(cell.escaped)</\(tag)>"
      }
      return "<tr>\(marked.joined())</tr>"
    }
    return """
      <h2>\(table.name.spaced.escaped)</h2>
      <div class="scroll"><table>
      <thead>\(row(table.titles, "th"))</thead>
      <tbody>
      \(table.rows.map { row($0.map(\.shown), "td") }.joined(separator: "\n"))
      </tbody>
      </table></div>
      """
  }

  /// Eight colors that are told apart by people with common color blindness too; brighter ones for the dark.
  static let colors = """
    :root { color-scheme: light dark; --ground: #ffffff; --ink: #1c2128; --soft: #59636e; --line: #d9dee4;
      --c0: #0b6bcb; --c1: #c4441c; --c2: #18794e; --c3: #8250df; --c4: #9a6700; --c5: #bf3989; --c6: #0e7c86; --c7: #57606a; }
    @media (prefers-color-scheme: dark) { :root { --ground: #14181d; --ink: #e6eaef; --soft: #9aa5b1; --line: #313943;
      --c0: #58a6ff; --c1: #ff8b61; --c2: #4cc38a; --c3: #bd93f9; --c4: #e3b341; --c5: #f778ba; --c6: #4fd1dc; --c7: #adb6c0; } }
    """

  /// How the parts of a plot are drawn.
  static let plotStyle = """
    .grid { stroke: var(--line); stroke-width: .75; }
    .mark, .label { fill: var(--soft); }
    .reference { stroke: var(--ink); stroke-dasharray: 5 4; }
    .series polyline { fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linejoin: round; }
    .again polyline { stroke-dasharray: 7 3; }
    .series circle { fill: currentColor; stroke: var(--ground); }
    .s0 { color: var(--c0); } .s1 { color: var(--c1); } .s2 { color: var(--c2); } .s3 { color: var(--c3); }
    .s4 { color: var(--c4); } .s5 { color: var(--c5); } .s6 { color: var(--c6); } .s7 { color: var(--c7); }
    """

  private static let style = """
    \(colors)
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 3rem; background: var(--ground); color: var(--ink);
      font: 16px/1.5 system-ui, sans-serif; }
    h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
    h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
    h2::first-letter { text-transform: uppercase; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .5rem 1.5rem; margin: 0; }
    dl div { border-top: 1px solid var(--line); padding-top: .25rem; }
    dt { color: var(--soft); font-size: .8rem; }
    dd { margin: 0; overflow-wrap: anywhere; }
    .plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 2rem; margin-top: 2rem; }
    figure { margin: 0; }
    figcaption { font-weight: 600; margin-bottom: .5rem; }
    svg { display: block; width: 100%; max-width: 40rem; height: auto; overflow: visible; font: 11px system-ui, sans-serif; }
    \(plotStyle)
    .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .5rem 0 0; padding: 0; }
    .legend li::before { content: ""; display: inline-block; width: 1.25rem; margin-right: .4rem; vertical-align: middle;
      border-top: 3px solid currentColor; }
    .legend .again::before { border-top-style: dashed; }
    .legend .dashed::before { border-top: 2px dashed var(--ink); }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
    th, td { padding: .35rem .75rem .35rem 0; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
    th { color: var(--soft); font-weight: 600; white-space: normal; vertical-align: bottom; }
    .number { text-align: right; padding-left: .75rem; padding-right: 0; }
    @media (max-width: 40rem) { svg { font-size: 14px; } body { font-size: 15px; } }
    """
}
