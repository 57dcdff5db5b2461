import GGUF

/// Blocks of random quantized values: random bits, between scales that give all values the same standard deviation.
struct RandomBlocks {
  /// A byte of every block that is not all random.
  private struct FixedByte {
    let offset: Int
    let value: UInt8
    /// Bits that stay random.
    var randomBits: UInt8 = 0
  }

  private let blockBytes: Int
  private let fixed: [FixedByte]
  private var state: UInt64

  /// Blocks of `type`, one of Q4_0, Q8_0, Q4_K and Q6_K.
  init(_ type: TensorType, deviation: Double, seed: UInt64) {
    blockBytes = type.bytesPerBlock
    fixed = Self.fixedBytes(type, deviation)
    state = seed
  }

  /// Replaces `bytes`, which must be whole blocks and a multiple of 8.
  mutating func fill(_ bytes: inout [UInt8]) {
    precondition(bytes.count % blockBytes == 0 && bytes.count % 8 == 0, "whole blocks and words")
    for start in stride(from: 0, to: bytes.count, by: 8) {
      let word = next()
      for index in 0..<8 { bytes[start + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }
    for block in stride(from: 0, to: bytes.count, by: blockBytes) {
      for byte in fixed {
        bytes[block + byte.offset] = bytes[block + byte.offset] & byte.randomBits | byte.value
      }
    }
  }

  /// Wang Yi's wyrand: one product for 64 bits, and the same on every machine.
  private mutating func next() -> UInt64 {
    state &+= 0xA076_1D64_78BD_642F
    let product = state.multipliedFullWidth(by: state ^ 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }

  private static func fixedBytes(_ type: TensorType, _ deviation: Double) -> [FixedByte] {
    switch type {
    case .q4_0: scale(at: 0, deviation / uniform(16), hasRandomSign: true)
    case .q8_0: scale(at: 0, deviation / uniform(256), hasRandomSign: true)
    // Its scales of 16 values are bytes, random too.
    case .q6_K: scale(at: 208, deviation / (uniform(64) * uniform(256)), hasRandomSign: true)
    // All scales and minima are 32 (0x20; of the later ones, the two high bits lie in the earlier ones' bytes), and the minimum lies
    // 7.5 steps below zero, the middle of 0 to 15.
    case .q4_K:
      scale(at: 0, deviation / (32 * uniform(16))) + scale(at: 2, 7.5 * deviation / (32 * uniform(16)))
        + (4..<12).map { FixedByte(offset: $0, value: 0xA0) }
        + (12..<16).map { FixedByte(offset: $0, value: 0) }
    default: preconditionFailure("no random blocks of type \(type.name)")
    }
  }

  /// Standard deviation of whole numbers of which `count` in a row are equally likely.
  private static func uniform(_ count: Double) -> Double { ((count * count - 1) / 12).squareRoot() }

  /// A half float.
  ///
  /// Where values are not centred on zero (-8 to 7), a random sign for each block keeps the mean of a matrix at zero: a common
  /// offset would grow from layer to layer.
  private static func scale(at offset: Int, _ value: Double, hasRandomSign: Bool = false) -> [FixedByte] {
    let bytes = Float16(value).bitPattern.littleEndianBytes
    return [
      FixedByte(offset: offset, value: bytes[0]),
      FixedByte(offset: offset + 1, value: bytes[1], randomBits: hasRandomSign ? 0x80 : 0),
    ]
  }
}
