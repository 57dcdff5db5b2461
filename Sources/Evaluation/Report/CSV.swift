extension ReportTable {
  /// The table as comma-separated values: RFC 4180, but for the line ends, which are those of Unix.
  package var csv: String {
    ([columns] + rows.map { $0.map(\.plain) })
      .map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\n\r".contains($0) || $0 == "\r\n" }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
