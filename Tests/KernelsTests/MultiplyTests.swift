import Kernels
import ModelFixtures
import Testing

@Suite struct MultiplyTests {
  /// Inner sizes that a type allows, none of them comfortable.
  private func inners(_ type: EncodedType) -> [Int] {
    switch type.blockValues {
    case 1: [1, 33, 100]
    case 32: [32, 96, 288]
    default: [256, 768]
    }
  }

  /// Outputs against a sum in double precision; the tolerance is a share of the sum of magnitudes, which bounds rounding.
  private func worstError(_ product: Product, _ matrix: Matrix, seen: [[Double]]) -> Double {
    var worst = 0.0
    for (token, input) in seen.enumerated() {
      for row in 0..<matrix.rows {
        let terms = input.indices.map { matrix.value(row, $0) * input[$0] }
        let magnitude = terms.reduce(1e-30) { $0 + abs($1) }
        let error = abs(Double(product.outputs[token][row]) - terms.reduce(0, +))
        worst = error.isFinite ? max(worst, error / magnitude) : .infinity
      }
    }
    return worst
  }

  @Test(
    "a product equals the double-precision sum over what the file and the quantized inputs say",
    arguments: InstructionSet.available, EncodedType.allCases)
  func equalsReference(set: InstructionSet, type: EncodedType) throws {
    // Q6_K packs the product of two scales as one half float.
    let tolerance = type == .q6_k ? 0x1p-11 : 2e-6
    try withPool(2) { pool in
      for (index, inner) in inners(type).enumerated() {
        for rows in [1, 16, 17, 50] {
          var random = SplitMix64(state: UInt64(rows + index))
          let matrix = Matrix(rows: rows, inner: inner, type: type, seed: random.next())
          let inputs = (0..<(rows == 50 ? 17 : 3)).map { _ in random.normals(inner) }
          let product = multiply(try matrix.packed(pool), inputs, on: set, pool: pool)
          #expect(worstError(product, matrix, seen: product.seen) < tolerance, "\(rows) x \(inner)")
          // Rounding inputs to 127 steps of their block's largest value: relative to all terms under 1 %.
          #expect(worstError(product, matrix, seen: inputs.map { $0.map(Double.init) }) < 0.01)
        }
      }
    }
  }

  @Test(
    "a token's outputs are bit-identical alone and in every batch, on any number of threads",
    arguments: InstructionSet.available, EncodedType.allCases)
  func batchInvariance(set: InstructionSet, type: EncodedType) throws {
    let inner = inners(type)[1]
    let matrix = Matrix(rows: 333, inner: inner, type: type, seed: 5)
    var random = SplitMix64(state: 6)
    let inputs = (0..<17).map { _ in random.normals(inner) }
    let alone = try withPool(1) { pool in
      let packed = try matrix.packed(pool)
      return inputs.map { multiply(packed, [$0], on: set, pool: pool).outputs[0] }
    }
    for threads in 1...3 {
      try withPool(threads) { pool in
        let packed = try matrix.packed(pool)
        for count in 1...17 {
          let together = multiply(packed, Array(inputs[..<count]), on: set, pool: pool).outputs
          #expect(together == Array(alone[..<count]), "\(count) tokens, \(threads) threads")
        }
      }
    }
  }

  @Test(
    "extreme weights and inputs neither overflow nor wrap",
    arguments: InstructionSet.available, EncodedType.allCases)
  func extremes(set: InstructionSet, type: EncodedType) throws {
    let inner = max(64, type.blockValues)
    let patterns: [(Int) -> Float] = [
      { _ in 0 }, { _ in 1 }, { _ in -1 }, { $0 % 2 == 0 ? 1 : -1 }, { $0 % 16 < 8 ? -1 : 1 },
      { $0 == 0 ? 60000 : 0 },
    ]
    try withPool(2) { pool in
      for weights in patterns {
        let floats = (0..<16 * inner).map { weights($0 % inner) }
        let matrix = Matrix(rows: 16, inner: inner, type: type, floats: floats)
        let inputs = patterns.map { pattern in (0..<inner).map(pattern) } + [(0..<inner).map { _ in 1e30 }]
        let product = multiply(try matrix.packed(pool), inputs, on: set, pool: pool)
        #expect(worstError(product, matrix, seen: product.seen) < 0x1p-11)
      }
    }
  }

  @Test(
    "any bytes are weights: all instruction sets agree on them",
    arguments: [EncodedType.q4_0, .q4_1, .q8_0, .q6_k])
  func randomBytes(type: EncodedType) throws {
    let inner = 256
    var random = SplitMix64(state: 9)
    var matrix = Matrix(rows: 20, inner: inner, type: type, seed: 3).encoded.bytes
    // The scales of the blocks stay as they are: anything else may be anything.
    let scales = ["Q4_0": 0..<2, "Q4_1": 0..<4, "Q8_0": 0..<2, "Q6_K": 192..<210][type.description] ?? 0..<0
    let blockBytes = matrix.count / (20 * inner / type.blockValues)
    for at in matrix.indices where !scales.contains(at % blockBytes) {
      matrix[at] = UInt8.random(in: 0...255, using: &random)
    }
    let bytes = matrix
    let storage = try #require(TensorStorage(id: type.rawValue))
    let inputs = (0..<9).map { _ in random.normals(inner) }
    try withPool(1) { pool in
      let packed = PackedMatrix(
        inner: inner, parts: [.init(storage: storage, rows: 20) { _, body in body(bytes.span.bytes) }],
        arena: WeightArena(), pool: pool)
      let plain = multiply(packed, inputs, on: try InstructionSet(named: "portable"), pool: pool)
      for set in InstructionSet.available {
        let other = multiply(packed, inputs, on: set, pool: pool)
        for token in inputs.indices {
          let scale = plain.outputs[token].map(abs).max() ?? 0
          let worst = zip(plain.outputs[token], other.outputs[token]).map { abs($0 - $1) }.max() ?? 0
          // An input on the edge between two steps may fall either way.
          #expect(worst <= scale * 1e-3, "\(set.name)")
        }
      }
    }
  }

  @Test("stacked matrices of different types give each its own outputs", arguments: InstructionSet.available)
  func stacked(set: InstructionSet) throws {
    let matrices = [
      Matrix(rows: 17, inner: 64, type: .q4_1, seed: 1), Matrix(rows: 3, inner: 64, type: .f16, seed: 2),
      Matrix(rows: 33, inner: 64, type: .q8_0, seed: 3),
    ]
    var random = SplitMix64(state: 4)
    let inputs = (0..<5).map { _ in random.normals(64) }
    try withPool(2) { pool in
      let stack = PackedMatrix(
        inner: 64, parts: try matrices.map { try $0.part }, arena: WeightArena(), pool: pool)
      #expect(stack.offsets == [0, 32, 48] && stack.outputWidth == 96)
      #expect(stack.needsQuantizedInput)
      let outputs = multiply(stack, inputs, on: set, pool: pool).outputs
      for (matrix, offset) in zip(matrices, stack.offsets) {
        let own = multiply(try matrix.packed(pool), inputs, on: set, pool: pool).outputs
        for token in inputs.indices {
          #expect(outputs[token][offset..<offset + matrix.rows] == own[token][..<matrix.rows])
        }
      }
    }
  }
}
