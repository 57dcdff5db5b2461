import Foundation
import FoundationXML
import Testing

@testable import Evaluation

@Suite("reports")
struct ReportTests {
  private let report = Report(
    title: "Speed & <quality>",
    facts: [.init("model", .text("tiny \"one\"")), .init("tokens", .count(2048))],
    tables: [
      ReportTable(
        name: "cells", columns: ["policy", "change", "peak_bytes", "stride"],
        rows: [
          [.text("full"), .share(0, digits: 2), .bytes(3 << 20), .none],
          [.text("roco:a=1,\"b\"\n"), .share(0.0123456, digits: 2), .bytes(1 << 20), .count(32)],
        ]),
      ReportTable(name: "by_depth", columns: ["right"], rows: [[.number(.nan, digits: 1)]]),
    ],
    plots: [
      Plot(
        title: "Quality", xLabel: "budget", yLabel: "perplexity",
        lines: [
          Plot.Line(
            name: "roco <1>",
            points: [.init(x: 512, y: 20, title: "at 512"), .init(x: 64, y: 24, title: "at 64 & less")]),
          Plot.Line(name: "tova", points: [.init(x: 64, y: 25, title: "tova at 64")]),
        ], reference: ("full", 19))
    ])

  @Test("CSV has the first row of names, all digits, and quotes where they are needed")
  func csv() {
    #expect(
      report.tables[0].csv == """
        policy,change,peak_bytes,stride
        full,0.0,3145728,
        "roco:a=1,""b""\n",0.0123456,1048576,32

        """)
  }

  @Test("fields with carriage returns are quoted", arguments: ["a\rb", "a\r\nb", "a\nb", "a,b"])
  func quoting(field: String) {
    let table = ReportTable(name: "x", columns: ["c"], rows: [[.text(field)]])
    #expect(table.csv == "c\n\"\(field)\"\n")
  }

  @Test("JSON has every table under its name, and null for what is not or is no number")
  func json() throws {
    let object = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
    let cells = try #require(object["cells"] as? [[String: Any]])
    #expect(cells[1]["change"] as? Double == 0.0123456 && cells[1]["peak_bytes"] as? Int == 1 << 20)
    #expect(cells[0]["stride"] is NSNull)
    #expect((object["by_depth"] as? [[String: Any]])?[0]["right"] is NSNull)
    #expect((object["facts"] as? [String: Any])?["tokens"] as? Int == 2048)
  }

  @Test("people see shares in percent, bytes in MiB and names without underscores")
  func shown() {
    #expect(report.tables[0].titles == ["policy", "change", "peak bytes", "stride"])
    #expect(report.tables[0].rows[1].dropFirst().map(\.shown) == ["1.23 %", "1.0 MiB", "32"])
  }

  @Test("a plot's file is well-formed and names every line")
  func svgFile() throws {
    let plot = try #require(report.plots.first)
    let page = Page(plot.svgFile)
    #expect(page.isWellFormed)
    for line in plot.lines { #expect(page.texts.contains(line.name)) }
  }

  @Test("HTML is well-formed, and has a line for every policy and a title for every point")
  func html() throws {
    let page = Page(report.html)
    #expect(page.isWellFormed)
    #expect(page.elements["polyline"] == 2)
    #expect(page.elements["circle"] == 3)
    #expect(page.texts.contains("at 64 & less") && page.texts.contains("roco <1>"))
    #expect(page.elements["table"] == 2 && page.elements["tr"] == 5)
    #expect(page.elements["script"] == nil)
    #expect(!report.html.contains("http"))
  }

  @Test("plots of nothing, of one point, of equal and of impossible values are well-formed too")
  func degenerate() {
    let points = [
      [], [(64.0, 3.0)], [(64, 3), (128, 3)], [(0, 0), (1, 0)], [(64, .nan), (128, 1)],
      [(64, 0), (1e6, 1e9)],
    ]
    for points in points {
      let line = Plot.Line(name: "a", points: points.map { .init(x: $0.0, y: $0.1, title: "") })
      let plot = Plot(title: "p", xLabel: "x", yLabel: "y", lines: [line])
      let html = Report(title: "t", facts: [], tables: [], plots: [plot]).html
      #expect(Page(html).isWellFormed)
      #expect(!html.contains("nan") && !html.contains("inf,"))
    }
  }

  /// What an XML parser makes of a page.
  private final class Page: NSObject, XMLParserDelegate {
    var isWellFormed = false
    var elements: [String: Int] = [:]
    var texts: Set<String> = []
    private var text = ""

    init(_ html: String) {
      super.init()
      let parser = XMLParser(data: Data(html.utf8))
      parser.delegate = self
      isWellFormed = parser.parse()
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements[name, default: 0] += 1
      text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) { texts.insert(text) }
  }
}
