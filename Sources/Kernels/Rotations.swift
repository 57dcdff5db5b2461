/// One rotary embedding of a model as a step needs it: turned by the positions of the step's rows, and by those of keys.
@safe final class Rotations {
  let rotary: RotaryEmbedding
  /// Of every row, `[rows, pairs]`.
  let cosines: FloatRows
  let sines: FloatRows
  /// Of every position that a key may have.
  var table: RotationTable

  init(_ rotary: RotaryEmbedding, capacity: Int) {
    self.rotary = rotary
    cosines = FloatRows(capacity: capacity, width: max(rotary.frequencies.count, 1))
    sines = FloatRows(capacity: capacity, width: max(rotary.frequencies.count, 1))
    table = RotationTable(rotary)
  }

  /// Prepares a row whose token has that position.
  func setRow(_ row: Int, to position: Int) {
    // Safety: the row is checked by `pointer`, the pairs are the rows' width.
    unsafe rotary.write(position: position, cosines: cosines.pointer(row), sines: sines.pointer(row))
  }
}
