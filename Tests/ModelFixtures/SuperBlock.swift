/// 256 values as the K types hold them: runs that each have an integer scale, and some an integer minimum, under half-float multipliers.
struct SuperBlock {
  private let type: EncodedType
  private var scale: Float16 = 0
  private var minimum: Float16 = 0
  /// One for each run of values.
  private var scales: [Int] = []
  private var minima: [Int] = []
  /// What the bits of each value say.
  private var levels: [Int] = []
  private(set) var values: [Float] = []

  init(_ block: [Float], as type: EncodedType) {
    self.type = type
    switch type {
    case .q2_k: encode(block, run: 16, levels: 4, largestInteger: 15)
    case .q4_k: encode(block, run: 32, levels: 16, largestInteger: 63)
    case .q5_k: encode(block, run: 32, levels: 32, largestInteger: 63)
    case .q3_k: encodeAroundZero(block, levels: 8, largestInteger: 31)
    default: encodeAroundZero(block, levels: 64, largestInteger: 127)
    }
  }

  /// Q2_K, Q4_K, Q5_K: scale x level - minimum.
  private mutating func encode(_ block: [Float], run: Int, levels count: Int, largestInteger: Float) {
    let runs = stride(from: 0, to: 256, by: run).map { block[$0..<$0 + run] }
    let lows = runs.map { max(0, -($0.min() ?? 0)) }
    let spans = zip(runs, lows).map { (($0.max() ?? 0) + $1) / Float(count - 1) }
    scale = Float16((spans.max() ?? 0) / largestInteger)
    minimum = Float16((lows.max() ?? 0) / largestInteger)
    scales = spans.map { steps($0, Float(scale), 0...largestInteger) }
    minima = lows.map { steps($0, Float(minimum), 0...largestInteger) }
    for (index, value) in block.enumerated() {
      let step = Float(scale) * Float(scales[index / run])
      let low = Float(minimum) * Float(minima[index / run])
      levels.append(steps(value + low, step, 0...Float(count - 1)))
      values.append(step * Float(levels[index]) - low)
    }
  }

  /// Q3_K, Q6_K: runs of 16, levels around zero, signed scales; every other scale is negative, as real files have them.
  private mutating func encodeAroundZero(_ block: [Float], levels count: Int, largestInteger: Float) {
    let zero = Float(count / 2)
    let spans = stride(from: 0, to: 256, by: 16).map { (block[$0..<$0 + 16].map(abs).max() ?? 0) / zero }
    scale = Float16((spans.max() ?? 0) / largestInteger)
    scales = spans.enumerated().map { steps($1, Float(scale), 0...largestInteger) * ($0 % 2 == 0 ? 1 : -1) }
    for (index, value) in block.enumerated() {
      let step = Float(scale) * Float(scales[index / 16])
      let integer = steps(value, step, -zero...zero - 1)
      levels.append(integer + count / 2)
      values.append(step * Float(integer))
    }
  }

  var bytes: [UInt8] {
    let (scale, minimum) = (scale.bitPattern.littleEndianBytes, minimum.bitPattern.littleEndianBytes)
    return switch type {
    case .q2_k: zip(scales, minima).map { UInt8($0 | $1 << 4) } + pairs(from: 0) + scale + minimum
    case .q3_k: highBits(2) + pairs(from: 0) + sixBitScales + scale
    case .q4_k: scale + minimum + sixBitScalesAndMinima + nibbles
    case .q5_k: scale + minimum + sixBitScalesAndMinima + highBits(4) + nibbles
    default: lowNibbles + pairs(from: 4) + scales.map { UInt8(truncatingIfNeeded: $0) } + scale
    }
  }

  /// Q2_K, Q3_K, Q6_K: two bits of each value; in each half of 128 values, four runs of 32 share bytes.
  private func pairs(from bit: Int) -> [UInt8] {
    (0..<64).map { at in
      (0..<4).reduce(0) { $0 | UInt8(levels[at / 32 * 128 + 32 * $1 + at % 32] >> bit & 3) << (2 * $1) }
    }
  }

  /// Q3_K, Q5_K: bit b of byte i belongs to value 32 b + i.
  private func highBits(_ bit: Int) -> [UInt8] {
    (0..<32).map { at in (0..<8).reduce(0) { $0 | UInt8(levels[32 * $1 + at] >> bit & 1) << $1 } }
  }

  /// Q4_K, Q5_K: in each quarter of 64 values, the second 32 lie above the first.
  private var nibbles: [UInt8] {
    (0..<128).map { at in
      let first = at / 32 * 64 + at % 32
      return UInt8(levels[first] & 15 | (levels[first + 32] & 15) << 4)
    }
  }

  /// Q6_K: in each half of 128 values, the second 64 lie above the first.
  private var lowNibbles: [UInt8] {
    (0..<128).map { at in
      let first = at / 64 * 128 + at % 64
      return UInt8(levels[first] & 15 | (levels[first + 64] & 15) << 4)
    }
  }

  /// Q3_K: 16 scales with zero at 32: low nibbles in 8 bytes, high pairs in 4.
  private var sixBitScales: [UInt8] {
    let fields = scales.map { $0 + 32 }
    return (0..<8).map { UInt8(fields[$0] & 15 | (fields[8 + $0] & 15) << 4) }
      + (0..<4).map { at in (0..<4).reduce(0) { $0 | UInt8(fields[4 * $1 + at] >> 4) << (2 * $1) } }
  }

  /// Q4_K, Q5_K: the first four of each whole, the last four with their high pairs above those.
  private var sixBitScalesAndMinima: [UInt8] {
    [scales, minima].flatMap { of in (0..<4).map { UInt8(of[$0] | (of[4 + $0] >> 4) << 6) } }
      + (4..<8).map { UInt8(scales[$0] & 15 | (minima[$0] & 15) << 4) }
  }
}
