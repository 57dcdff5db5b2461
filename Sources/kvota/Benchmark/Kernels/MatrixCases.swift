import Foundation
import Kernels

/// Products of every tensor type that there are kernels for.
struct MatrixCases {
  let compute: Compute
  /// Values in a row: the model's width in whole blocks of every type.
  let inner: Int

  /// Far more than the processor's caches hold: a product of a few tokens reads its weights from memory.
  private static let largeBytes = 64 << 20
  /// As large as a layer's largest matrix is: its outputs for many tokens stay in the caches.
  private static let smallRows = 3072

  init(compute: Compute, width: Int) {
    self.compute = compute
    inner = (width + 255) / 256 * 256
  }

  var all: [KernelCase] { products + gated }

  /// Gate and up of a small model's layer, and SwiGLU of both.
  private var gated: [KernelCase] {
    TensorStorage.all.filter { $0.name == "Q4_0" }.flatMap { storage in
      [1, 64].map { tokens in
        let rows = Self.smallRows / 2
        return KernelCase(name: "gate, up and swiglu \(storage.name), \(Self.text(tokens))") {
          let operands = MatrixOperands(
            storage, rows: rows, parts: 2, inner: inner, tokens: tokens, compute: compute)
          let cost = Cost(bytes: 0, integerOperations: 4 * Double(rows * inner * tokens), floatOperations: 0)
          return KernelCase.Call(cost: cost, run: operands.multiplyGated)
        }
      }
    }
  }

  private var products: [KernelCase] {
    TensorStorage.all.flatMap { storage in
      let rowBytes = storage.rowBytes(inner) ?? 1
      let large = (Self.largeBytes / rowBytes + 15) / 16 * 16
      return [(1, large), (8, large), (64, Self.smallRows)].map { tokens, rows in
        product(storage, rows: rows, tokens: tokens)
      }
    }
  }

  private static func text(_ tokens: Int) -> String { tokens == 1 ? "1 token" : "\(tokens) tokens" }

  private func product(_ storage: TensorStorage, rows: Int, tokens: Int) -> KernelCase {
    KernelCase(name: "multiply \(storage.name), \(Self.text(tokens))") {
      let operands = MatrixOperands(
        storage, rows: rows, parts: 1, inner: inner, tokens: tokens, compute: compute)
      let operations = 2 * Double(rows) * Double(inner) * Double(tokens)
      let cost = Cost(
        // A small matrix does not come from memory.
        bytes: rows == Self.smallRows ? 0 : Double(operands.byteCount),
        integerOperations: storage.isQuantized ? operations : 0,
        floatOperations: storage.isQuantized ? 0 : operations)
      return KernelCase.Call(cost: cost, run: operands.multiply)
    }
  }
}

/// Matrices of the same shape, and tokens to multiply them with.
private final class MatrixOperands {
  private let compute: Compute
  private let matrix: PackedMatrix
  private let input: Activations
  private let output: FloatRows
  private let gated: Activations
  private let tokens: Int

  init(_ storage: TensorStorage, rows: Int, parts: Int, inner: Int, tokens: Int, compute: Compute) {
    self.compute = compute
    self.tokens = tokens
    let rowBytes = storage.rowBytes(inner) ?? 0
    let bytes = Self.weights(rowBytes * rows)
    let part = PackedMatrix.Part(storage: storage, rows: rows) { range, body in
      body(bytes.bytes.extracting(range.lowerBound * rowBytes..<range.upperBound * rowBytes))
    }
    matrix = PackedMatrix(
      inner: inner, parts: Array(repeating: part, count: parts), arena: WeightArena(), pool: compute.pool)
    output = FloatRows(capacity: tokens, width: matrix.outputWidth)
    gated = Activations(capacity: tokens, width: rows, quantized: storage.isQuantized && rows % 32 == 0)
    input = RowCases.activations(tokens, inner, quantized: storage.isQuantized, compute: compute)
  }

  func multiply() { compute.multiply(matrix, input, rows: tokens, into: output) }
  func multiplyGated() { compute.multiplyGated(matrix, input, rows: tokens, products: output, into: gated) }

  var byteCount: Int { matrix.byteCount }

  /// Bytes that are sensible weights wherever a type keeps its scales: as the high byte of a float each makes it a small number.
  private static func weights(_ count: Int) -> Data {
    let pattern = (0..<4093).map { _ in UInt8.random(in: 0x20...0x2f) }
    var bytes = Data(capacity: count)
    while bytes.count < count { bytes.append(contentsOf: pattern.prefix(count - bytes.count)) }
    return bytes
  }
}
