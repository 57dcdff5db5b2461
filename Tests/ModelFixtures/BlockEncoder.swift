/// The tensor types that tests can write, by their number in a GGUF file.
package enum EncodedType: UInt32, CaseIterable, Sendable, CustomStringConvertible {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q8_0 = 8
  case q6_k = 14
  case bf16 = 30

  /// Values in a block.
  package var blockValues: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4_0, .q4_1, .q8_0: 32
    case .q6_k: 256
    }
  }
  package var isQuantized: Bool { blockValues > 1 }
  package var description: String {
    switch self {
    case .f32: "F32"
    case .f16: "F16"
    case .bf16: "BF16"
    case .q4_0: "Q4_0"
    case .q4_1: "Q4_1"
    case .q8_0: "Q8_0"
    case .q6_k: "Q6_K"
    }
  }
}

/// Values as a model file would hold them, and what the file then says they are.
///
/// Written from the format's definition alone, so that the kernels' readers are tested against something else than themselves.
package struct EncodedValues: Sendable {
  package var bytes: [UInt8] = []
  package var values: [Float] = []

  /// Rounds `floats` (a whole number of blocks) to `type`.
  package init(_ floats: [Float], as type: EncodedType) {
    precondition(floats.count % type.blockValues == 0, "whole blocks")
    bytes.reserveCapacity(floats.count * 4)
    values.reserveCapacity(floats.count)
    for start in stride(from: 0, to: floats.count, by: type.blockValues) {
      append(floats[start..<start + type.blockValues], as: type)
    }
  }

  private mutating func append(_ block: ArraySlice<Float>, as type: EncodedType) {
    switch type {
    case .f32:
      bytes += block.flatMap(\.bitPattern.littleEndianBytes)
      values += block
    case .f16:
      bytes += block.flatMap { Float16($0).bitPattern.littleEndianBytes }
      values += block.map { Float(Float16($0)) }
    case .bf16: for value in block { appendBFloat(value) }
    case .q4_0: appendNibbles(block, scale: largest(block) / 8, minimum: nil)
    case .q4_1:
      let (low, high) = (block.min() ?? 0, block.max() ?? 0)
      appendNibbles(block, scale: (high - low) / 15, minimum: low)
    case .q8_0: appendBytes(block)
    case .q6_k: appendSixBits(Array(block))
    }
  }

  private func largest(_ block: ArraySlice<Float>) -> Float { block.map(abs).max() ?? 0 }

  private mutating func appendBFloat(_ value: Float) {
    let bits = value.bitPattern &+ 0x7fff &+ (value.bitPattern >> 16 & 1)
    bytes += UInt16(bits >> 16).littleEndianBytes
    values.append(Float(bitPattern: bits & 0xffff_0000))
  }

  private func steps(_ value: Float, _ scale: Float, _ range: ClosedRange<Float>) -> Int {
    scale == 0 ? 0 : Int(min(max((value / scale).rounded(), range.lowerBound), range.upperBound))
  }

  /// Q4_1: a scale, a minimum, 32 nibbles; Q4_0 has no minimum, but nibbles that mean -8 to 7.
  private mutating func appendNibbles(_ block: ArraySlice<Float>, scale: Float, minimum: Float?) {
    let (half, low) = (Float16(scale), minimum.map { Float16($0) })
    let zero = low.map { Float($0) } ?? -8 * Float(half)
    let nibbles = block.map { UInt8(steps($0 - zero, Float(half), 0...15)) }
    bytes += half.bitPattern.littleEndianBytes + (low?.bitPattern.littleEndianBytes ?? [])
    bytes += (0..<16).map { nibbles[$0] | nibbles[16 + $0] << 4 }
    values += nibbles.map { Float(half) * Float($0) + zero }
  }

  /// Q8_0: a scale and 32 signed bytes.
  private mutating func appendBytes(_ block: ArraySlice<Float>) {
    let scale = Float16(largest(block) / 127)
    let integers = block.map { steps($0, Float(scale), -128...127) }
    bytes += scale.bitPattern.littleEndianBytes + integers.map { UInt8(bitPattern: Int8($0)) }
    values += integers.map { Float(scale) * Float($0) }
  }

  /// Q6_K: 256 values of 6 bits in runs of 16 that each have a signed 8-bit scale, under one scale of all.
  private mutating func appendSixBits(_ block: [Float]) {
    let runs = (0..<16).map { largest(block[16 * $0..<16 * $0 + 16]) / 32 }
    let whole = Float16((runs.max() ?? 0) / 127)
    // Every other scale is negative, as real files have them.
    let scales = runs.enumerated().map { Int8(steps($1, Float(whole), 0...127)) * ($0 % 2 == 0 ? 1 : -1) }
    let integers = block.indices.map { steps(block[$0], Float(whole) * Float(scales[$0 / 16]), -32...31) }
    appendSixBitFields(integers.map { UInt8($0 + 32) })
    bytes += scales.map { UInt8(bitPattern: $0) } + whole.bitPattern.littleEndianBytes
    values += integers.indices.map { Float(whole) * Float(scales[$0 / 16]) * Float(integers[$0]) }
  }

  private mutating func appendSixBitFields(_ fields: [UInt8]) {
    var (low, high) = ([UInt8](repeating: 0, count: 128), [UInt8](repeating: 0, count: 64))
    for half in 0..<2 {
      for at in 0..<32 {
        let runs = (0..<4).map { fields[128 * half + 32 * $0 + at] }
        low[64 * half + at] = runs[0] & 15 | (runs[2] & 15) << 4
        low[64 * half + 32 + at] = runs[1] & 15 | (runs[3] & 15) << 4
        high[32 * half + at] = (0..<4).reduce(0) { $0 | (runs[$1] >> 4) << UInt8(2 * $1) }
      }
    }
    bytes += low + high
  }
}
