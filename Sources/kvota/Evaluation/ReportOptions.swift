import ArgumentParser
import Evaluation
import Foundation

/// Where an evaluation's report goes.
struct ReportOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write the report to a file that ends in .json, .csv, .html or .svg (the first plot); may be repeated.",
      valueName: "file"
    ))
  var output: [String] = []

  @Flag(help: "Print JSON instead of the table.")
  var json = false

  /// Complains before anything is measured.
  func validate() throws {
    for path in output {
      guard Form(path) != nil else {
        throw ValidationError(
          "--output is '\(path)'; expected a name that ends in .json, .csv, .html or .svg")
      }
      let folder = URL(filePath: path).deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw ValidationError("--output is '\(path)', in a folder that cannot be written to")
      }
    }
  }

  /// Prints the report, and writes it wherever it is wanted.
  func deliver(_ report: Report) throws {
    for path in output {
      try Form(path)?.text(of: report).write(toFile: path, atomically: true, encoding: .utf8)
    }
    Console.print(json ? try JSONText.of(report) : report.text)
  }

  private enum Form: String {
    case json, csv, html, svg

    init?(_ path: String) { self.init(rawValue: URL(filePath: path).pathExtension.lowercased()) }

    func text(of report: Report) throws -> String {
      switch self {
      case .json: try JSONText.of(report) + "\n"
      case .csv: report.tables.first?.csv ?? ""
      case .html: report.html
      case .svg: report.plots.first?.svgFile ?? ""
      }
    }
  }
}

extension Report {
  /// The first table, for the terminal.
  var text: String {
    guard let table = tables.first else { return title }
    return title + "\n\n"
      + Table(head: table.titles, rows: table.rows.map { $0.map(\.shown) }).text
  }
}
