import GGUF
import Kernels

/// Vectors by number, of tokens or positions, as they lie in the mapped file: only rows that are used come into memory.
struct VectorTable {
  let file: GGUFFile
  let tensor: TensorInfo
  let storage: TensorStorage
  let width: Int

  /// Writes a row of the table, `[width]`, which there must be.
  func read(_ row: Int, into values: inout MutableSpan<Float>) {
    file.withRows(row..<row + 1, of: tensor) { storage.dequantize($0, into: &values) }
  }
}
