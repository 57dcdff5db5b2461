/// `{"title": ..., "facts": {...}, "cells": [{...}], ...}`: every table under its name, a row an object of its columns.
extension Report: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    try container.encode(title, forKey: Name("title"))
    var facts = container.nestedContainer(keyedBy: Name.self, forKey: Name("facts"))
    for fact in self.facts { try facts.encode(fact.value, forKey: Name(fact.name)) }
    for table in tables {
      var rows = container.nestedUnkeyedContainer(forKey: Name(table.name))
      for row in table.rows {
        var object = rows.nestedContainer(keyedBy: Name.self)
        for (column, value) in zip(table.columns, row) { try object.encode(value, forKey: Name(column)) }
      }
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}
