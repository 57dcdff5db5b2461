/// A matrix as some or all rows of a tensor; several parts of a tensor are one after the other.
struct MatrixPart {
  let name: String
  let rows: Range<Int>
  let totalRows: Int
  /// Matrices in the tensor, of `totalRows` together; nil if it is one matrix.
  let count: Int?

  /// A whole tensor `[rows, inner]`.
  init(_ name: String, rows: Int) {
    self.init(name, rows: 0..<rows, of: rows)
  }

  /// Some rows of a tensor `[totalRows, inner]`.
  init(_ name: String, rows: Range<Int>, of totalRows: Int) {
    (self.name, self.rows, self.totalRows, count) = (name, rows, totalRows, nil)
  }

  /// One matrix of a tensor `[count, rows, inner]`.
  init(_ name: String, rows: Int, index: Int, of count: Int) {
    self.name = name
    self.rows = index * rows..<(index + 1) * rows
    totalRows = count * rows
    self.count = count
  }

  /// As in the file, the row's length first.
  func shape(inner: Int) -> [Int] {
    guard let count else { return [inner, totalRows] }
    return [inner, totalRows / count, count]
  }

  var biasName: String { name.replacingSuffix(".weight", by: ".bias") }
}

extension String {
  fileprivate func replacingSuffix(_ suffix: String, by other: String) -> String {
    hasSuffix(suffix) ? dropLast(suffix.count) + other : self
  }
}
