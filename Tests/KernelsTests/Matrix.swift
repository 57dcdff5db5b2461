import CKernels
import ModelFixtures
import Testing

@testable import Kernels

/// Threads for one test, ended with it.
func withPool<Result>(_ threads: Int, _ body: (ThreadPool) throws -> Result) rethrows -> Result {
  guard let pool = try? ThreadPool(threads: threads) else { preconditionFailure("no thread starts") }
  defer { pool.stop() }
  return try body(pool)
}

/// A weight matrix `[rows, inner]` in a file's bytes, and what those bytes mean.
struct Matrix {
  let rows: Int
  let inner: Int
  let type: EncodedType
  let encoded: EncodedValues

  init(rows: Int, inner: Int, type: EncodedType, floats: [Float]) {
    self.rows = rows
    self.inner = inner
    self.type = type
    encoded = EncodedValues(floats, as: type)
  }

  /// What `bytes` mean is read by the kernels' own readers, which have tests of their own.
  init(rows: Int, inner: Int, type: EncodedType, bytes: [UInt8]) throws {
    self.rows = rows
    self.inner = inner
    self.type = type
    encoded = EncodedValues(bytes: bytes, values: try dequantize(bytes, type, count: rows * inner))
  }

  init(rows: Int, inner: Int, type: EncodedType, seed: UInt64) {
    var random = SplitMix64(state: seed)
    self.init(rows: rows, inner: inner, type: type, floats: random.normals(rows * inner))
  }

  func value(_ row: Int, _ column: Int) -> Double { Double(encoded.values[row * inner + column]) }

  func packed(_ pool: ThreadPool) throws -> PackedMatrix {
    PackedMatrix(inner: inner, parts: [try part], arena: WeightArena(), pool: pool)
  }

  var part: PackedMatrix.Part {
    get throws {
      let bytes = encoded.bytes
      guard let storage = TensorStorage(id: type.rawValue) else { throw NoStorage() }
      let rowBytes = bytes.count / rows
      return PackedMatrix.Part(storage: storage, rows: rows) { range, body in
        body(bytes[range.lowerBound * rowBytes..<range.upperBound * rowBytes].span.bytes)
      }
    }
  }
}

struct NoStorage: Error {}

func dequantize(_ bytes: [UInt8], _ type: EncodedType, count: Int) throws -> [Float] {
  guard let storage = TensorStorage(id: type.rawValue) else { throw NoStorage() }
  let row = FloatRows(capacity: 1, width: count)
  return row.withRow(0) { values in
    storage.dequantize(bytes.span.bytes, into: &values)
    return values.indices.map { values[$0] }
  }
}

/// What the kernels made of the inputs, and the inputs as they saw them.
struct Product {
  var outputs: [[Float]]
  /// The inputs after quantizing; the inputs themselves for unquantized matrices.
  var seen: [[Double]]
}

/// Multiplies on one instruction set; every output value starts as garbage.
func multiply(_ matrix: PackedMatrix, _ inputs: [[Float]], on set: InstructionSet, pool: ThreadPool)
  -> Product
{
  let compute = Compute(instructions: set, pool: pool)
  let quantized = matrix.needsQuantizedInput
  let activations = Activations(capacity: inputs.count, width: matrix.inner, quantized: quantized)
  let out = FloatRows(capacity: inputs.count, width: matrix.outputWidth)
  for (row, input) in inputs.enumerated() {
    activations.floats.withRow(row) { span in for i in span.indices { span[i] = input[i] } }
    out.withRow(row) { span in for i in span.indices { span[i] = 1e9 } }
    if quantized {
      set.table.pointee.quantize(
        activations.floats.pointer(row), width: matrix.inner, row: row, activations.tileBase)
    }
  }
  compute.multiply(matrix, activations, rows: inputs.count, into: out)
  let outputs = inputs.indices.map { row in
    out.withRow(row) { span in span.indices.map { span[$0] } }
  }
  let seen = inputs.indices.map { row in
    quantized
      ? QuantizedRow(activations, token: row).values : inputs[row].map(Double.init)
  }
  return Product(outputs: outputs, seen: seen)
}

/// One token's activations as they lie in their tiles.
struct QuantizedRow {
  var integers: [Int] = []
  var scales: [Float] = []
  var scaledSums: [Float] = []
  var halfSums: [(Int, Int)] = []

  var values: [Double] { integers.indices.map { Double(integers[$0]) * Double(scales[$0 / 32]) } }

  init(_ activations: borrowing Activations, token: Int) {
    let blocks = activations.floats.width / 32
    let (tile, place) = (token / 8, token % 8)
    for block in 0..<blocks {
      let base = activations.tileBase + (tile * blocks + block) * Int(KVOTA_ACTIVATION_BLOCK)
      let raw = UnsafeRawPointer(base)
      integers += (0..<32).map { Int(raw.load(fromByteOffset: 32 * place + $0, as: Int8.self)) }
      scales.append(raw.load(fromByteOffset: 256 + 4 * place, as: Float.self))
      scaledSums.append(raw.load(fromByteOffset: 288 + 4 * place, as: Float.self))
      let sums = (0..<2).map { raw.load(fromByteOffset: 320 + 32 * $0 + 4 * place, as: Int32.self) }
      halfSums.append((Int(sums[0]), Int(sums[1])))
    }
  }
}

extension InstructionSet: CustomTestStringConvertible {
  public var testDescription: String { name }
}
