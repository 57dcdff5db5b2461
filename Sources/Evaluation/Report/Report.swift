/// What an evaluation found, for people and programs: the same columns in a table, in JSON, CSV and HTML.
package struct Report: Sendable {
  package let title: String
  /// Model, machine and settings, in the order of their importance.
  package let facts: [Fact]
  /// The first has a row for each cell; others break it down.
  package let tables: [ReportTable]
  package let plots: [Plot]

  package init(title: String, facts: [Fact], tables: [ReportTable], plots: [Plot] = []) {
    self.title = title
    self.facts = facts
    self.tables = tables
    self.plots = plots
  }

  /// A setting, or something about the machine.
  package struct Fact: Sendable, Equatable {
    package let name: String
    package let value: ReportValue

    package init(_ name: String, _ value: ReportValue) {
      self.name = name
      self.value = value
    }
  }
}

/// A table with named columns.
package struct ReportTable: Sendable, Equatable {
  /// What its rows are, such as `cells`: the key in JSON.
  package let name: String
  /// Names as in JSON and CSV; people see them without the underscores.
  package let columns: [String]
  package let rows: [[ReportValue]]

  package init(name: String, columns: [String], rows: [[ReportValue]]) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "a value for every column")
    self.name = name
    self.columns = columns
    self.rows = rows
  }

  /// The columns' names for people.
  package var titles: [String] { columns.map(\.spaced) }
}

extension String {
  /// A name of a program's kind, for people.
  var spaced: String { String(map { $0 == "_" ? " " : $0 }) }
}
