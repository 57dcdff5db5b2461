import Foundation
import ModelFixtures
import Testing

@testable import Kernels

@Suite struct GatedProductTests {
  /// Rows below, at and above what is done at once.
  @Test(
    "gate and up times the input meet in SwiGLU, every row in its place, on any number of threads",
    arguments: InstructionSet.available, [1, 9, 64, 70])
  func equalsItsParts(set: InstructionSet, rows: Int) throws {
    for (width, type) in [(48, EncodedType.f32), (64, .q8_0), (160, .q4_1), (2080, .q4_0)] {
      let found = try (1...3).map { threads in
        try withPool(threads) { pool in try gated(width, type, rows: rows, set: set, pool: pool) }
      }
      #expect(found[0].isRight, "\(type), \(width) wide")
      #expect(found.allSatisfy { $0.outputs == found[0].outputs && $0.integers == found[0].integers })
    }
  }

  private struct Found {
    var outputs: [[Float]] = []
    var integers: [[Int]] = []
    var isRight = true
  }

  private func gated(
    _ width: Int, _ type: EncodedType, rows: Int, set: InstructionSet, pool: ThreadPool
  ) throws -> Found {
    let inner = 64
    var random = SplitMix64(state: UInt64(width))
    let parts = try (0..<2).map { _ in
      try Matrix(rows: width, inner: inner, type: type, seed: random.next()).part
    }
    let matrix = PackedMatrix(inner: inner, parts: parts, arena: WeightArena(), pool: pool)
    let quantized = matrix.needsQuantizedInput
    let compute = Compute(instructions: set, pool: pool)
    let input = Activations(capacity: rows, width: inner, quantized: quantized)
    let source = FloatRows(capacity: rows, width: inner)
    let ones = FloatRows(capacity: 1, width: inner)
    ones.withRow(0) { span in for i in span.indices { span[i] = 1 } }
    for row in 0..<rows {
      let values = random.normals(inner)
      source.withRow(row) { span in for i in span.indices { span[i] = values[i] } }
    }
    compute.normalize(source, by: Norm(rms: ones, epsilon: 1e-5), rows: rows, into: input)

    let products = FloatRows(capacity: rows, width: matrix.outputWidth)
    let out = Activations(capacity: rows, width: width, quantized: quantized)
    compute.multiplyGated(matrix, input, rows: rows, products: products, into: out)
    let separate = FloatRows(capacity: rows, width: matrix.outputWidth)
    compute.multiply(matrix, input, rows: rows, into: separate)

    var found = Found()
    for row in 0..<rows {
      let (gate, up) = separate.withRow(row) { span in
        (
          (0..<width).map { Double(span[$0]) }, (0..<width).map { Double(span[matrix.offsets[1] + $0]) }
        )
      }
      let values = out.floats.withRow(row) { span in span.indices.map { span[$0] } }
      let expected = zip(gate, up).map { gate, up in gate / (1 + exp(-gate)) * up }
      found.isRight =
        found.isRight
        && zip(values, expected).allSatisfy { abs(Double($0) - $1) <= 1e-5 * max(abs($1), 1e-3) }
      found.outputs.append(values)
      guard quantized else { continue }
      let integers = QuantizedRow(out, token: row)
      found.integers.append(integers.integers)
      found.isRight =
        found.isRight
        && values.indices.allSatisfy {
          abs(Float(integers.integers[$0]) * integers.scales[$0 / 32] - values[$0]) <= integers.scales[
            $0 / 32] * 0.5001
        }
    }
    return found
  }
}
