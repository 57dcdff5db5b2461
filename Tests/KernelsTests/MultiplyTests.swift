import Kernels
import ModelFixtures
import Testing

@Suite struct MultiplyTests {
  /// Of the sum of magnitudes: what rounding to 32-bit floats may do.
  private let tolerance = 2e-6

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
        #expect(worstError(product, matrix, seen: product.seen) < tolerance)
      }
    }
  }

  /// Blocks of random bits, or all zeros or ones, whose scales go through `halves`.
  private func hostileBlocks(_ type: EncodedType, count: Int, halves: [Float16], fill: UInt8?) -> [UInt8] {
    var random = SplitMix64(state: UInt64(type.rawValue))
    var bytes = (0..<count * type.layout.bytes).map { _ in fill ?? UInt8.random(in: 0...255, using: &random) }
    for block in 0..<count {
      for (index, place) in type.layout.halves.enumerated() {
        let half = halves[(block + index) % halves.count].bitPattern.littleEndianBytes
        bytes.replaceSubrange(
          block * type.layout.bytes + place..<block * type.layout.bytes + place + 2, with: half)
      }
      if type == .mxfp4 {
        let half = halves[block % halves.count]
        bytes[block * type.layout.bytes] = half == 0 ? 0 : UInt8(127 + Int(half.exponent))
      }
    }
    return bytes
  }

  @Test(
    "any bytes are weights: random ones, the greatest, zeros, under scales of every size and sign",
    arguments: InstructionSet.available, EncodedType.quantized)
  func anyBytes(set: InstructionSet, type: EncodedType) throws {
    let (inner, rows) = (512, 20)
    let scales: [[Float16]] = [
      [0.01, -0.02, 0.03], [0x1p-24, -0x1p-24, 0x1.8p-15], [65504, -65504, 0, 65504, 1],
    ]
    var random = SplitMix64(state: 9)
    var oneHot = [Float](repeating: 0, count: inner)
    oneHot[137] = -3
    let inputs =
      (0..<7).map { _ in random.normals(inner) } + [oneHot, (0..<inner).map { $0 % 2 == 0 ? 1 : -1 }]
    try withPool(1) { pool in
      for halves in scales {
        for fill in [nil, 0xff, 0x00] as [UInt8?] {
          let count = rows * inner / type.blockValues
          let bytes = hostileBlocks(type, count: count, halves: halves, fill: fill)
          let matrix = try Matrix(rows: rows, inner: inner, type: type, bytes: bytes)
          let product = multiply(try matrix.packed(pool), inputs, on: set, pool: pool)
          #expect(worstError(product, matrix, seen: product.seen) < tolerance, "\(halves) \(fill ?? 1)")
        }
      }
    }
  }

  @Test("all instruction sets agree", arguments: EncodedType.quantized)
  func instructionSetsAgree(type: EncodedType) throws {
    let inner = 256
    var random = SplitMix64(state: 9)
    let matrix = Matrix(rows: 20, inner: inner, type: type, seed: 3)
    let inputs = (0..<9).map { _ in random.normals(inner) }
    try withPool(1) { pool in
      let packed = try matrix.packed(pool)
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

  @Test("packed weights take little more room than the file's", arguments: EncodedType.allCases)
  func packedSize(type: EncodedType) throws {
    let matrix = Matrix(rows: 32, inner: 1024, type: type, seed: 1)
    let packed = try withPool(1) { try matrix.packed($0).byteCount }
    // The scales of Q2_K, Q3_K, Q4_K and Q5_K are unpacked to whole bytes; those of MXFP4 become floats.
    let growth = Double(packed) / Double(matrix.encoded.bytes.count)
    let most = [EncodedType.q2_k: 1.2, .q3_k: 1.04, .mxfp4: 1.06][type] ?? 1.03
    #expect(growth >= 0.99 && growth < most, "\(growth)")
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
