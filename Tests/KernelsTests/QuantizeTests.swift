import ModelFixtures
import Testing

@testable import Kernels

@Suite struct QuantizeTests {
  private func quantize(_ rows: [[Float]], on set: InstructionSet) -> [QuantizedRow] {
    let activations = Activations(capacity: rows.count, width: rows[0].count, quantized: true)
    for (row, values) in rows.enumerated() {
      activations.floats.withRow(row) { span in for i in span.indices { span[i] = values[i] } }
      set.table.pointee.quantize(
        activations.floats.pointer(row), width: values.count, row: row, activations.tileBase)
    }
    return rows.indices.map { QuantizedRow(activations, token: $0) }
  }

  @Test(
    "every value is within half a step of its block, and the sums are those of the steps",
    arguments: InstructionSet.available)
  func roundsToNearest(set: InstructionSet) {
    var random = SplitMix64(state: 1)
    let rows = (0..<11).map { row in random.normals(96, scale: [1, 1e-6, 1e6][row % 3]) }
    for (row, quantized) in zip(rows, quantize(rows, on: set)) {
      for block in 0..<3 {
        let (scale, range) = (quantized.scales[block], 32 * block..<32 * block + 32)
        #expect(scale == row[range].map(abs).max().map { $0 / 127 })
        for i in range {
          #expect(abs(Float(quantized.integers[i]) * scale - row[i]) <= scale * 0.5001)
        }
        let halves = [range.prefix(16), range.suffix(16)].map { $0.reduce(0) { $0 + quantized.integers[$1] } }
        #expect(quantized.halfSums[block].0 == halves[0] && quantized.halfSums[block].1 == halves[1])
        #expect(quantized.scaledSums[block] == scale * Float(halves[0] + halves[1]))
      }
    }
  }

  @Test(
    "zeros, the smallest and the largest floats quantize to something finite",
    arguments: InstructionSet.available)
  func edges(set: InstructionSet) {
    let rows = [Float(0), .leastNonzeroMagnitude, 1e-38, .greatestFiniteMagnitude].map { value in
      (0..<32).map { $0 % 2 == 0 ? value : -value }
    }
    for row in quantize(rows, on: set) {
      #expect(row.values.allSatisfy { $0.isFinite } && row.integers.allSatisfy { abs($0) <= 127 })
      #expect(row.scaledSums.allSatisfy { $0.isFinite })
    }
  }

  @Test(
    "infinity and NaN do not pass as numbers", arguments: InstructionSet.available,
    [Float.infinity, -.infinity, .nan])
  func notNumbers(set: InstructionSet, value: Float) {
    var row = [Float](repeating: 1, count: 32)
    row[17] = value
    let quantized = quantize([row], on: set)[0]
    #expect(!quantized.scaledSums[0].isFinite)
  }
}
