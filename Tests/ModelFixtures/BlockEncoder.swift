/// Values as a model file would hold them, and what the file then says they are.
///
/// Written from the format's definition alone, so that the kernels' readers are tested against something else than themselves.
package struct EncodedValues: Sendable {
  package var bytes: [UInt8] = []
  package var values: [Float] = []

  package init(bytes: [UInt8], values: [Float]) {
    self.bytes = bytes
    self.values = values
  }

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
    case .q4_0, .q5_0, .q4_1, .q5_1: appendLevels(block, as: type)
    case .q8_0: appendBytes(block)
    case .iq4_nl: appendCodes(block)
    case .mxfp4: appendSmallFloats(block)
    case .q2_k, .q3_k, .q4_k, .q5_k, .q6_k:
      let encoded = SuperBlock(Array(block), as: type)
      bytes += encoded.bytes
      values += encoded.values
    }
  }

  private func largest(_ block: ArraySlice<Float>) -> Float { block.map(abs).max() ?? 0 }

  private mutating func appendBFloat(_ value: Float) {
    let bits = value.bitPattern &+ 0x7fff &+ (value.bitPattern >> 16 & 1)
    bytes += UInt16(bits >> 16).littleEndianBytes
    values.append(Float(bitPattern: bits & 0xffff_0000))
  }

  /// Q4_1: a scale, a minimum, 32 nibbles; Q4_0 has no minimum, but nibbles that mean -8 to 7.
  ///
  /// Q5_0 and Q5_1 have fifth bits before the nibbles.
  private mutating func appendLevels(_ block: ArraySlice<Float>, as type: EncodedType) {
    let (hasFifth, hasMinimum) = (type == .q5_0 || type == .q5_1, type == .q4_1 || type == .q5_1)
    let count = Float(hasFifth ? 32 : 16)
    let (least, greatest) = (block.min() ?? 0, block.max() ?? 0)
    let scale = Float16(hasMinimum ? (greatest - least) / (count - 1) : largest(block) / (count / 2))
    let minimum = hasMinimum ? Float16(least) : nil
    let zero = minimum.map { Float($0) } ?? -count / 2 * Float(scale)
    let levels = block.map { steps($0 - zero, Float(scale), 0...count - 1) }
    bytes += scale.bitPattern.littleEndianBytes + (minimum?.bitPattern.littleEndianBytes ?? [])
    if hasFifth {
      bytes += levels.indices.reduce(UInt32(0)) { $0 | UInt32(levels[$1] >> 4) << $1 }.littleEndianBytes
    }
    bytes += (0..<16).map { UInt8(levels[$0] & 15 | (levels[16 + $0] & 15) << 4) }
    values += levels.map { Float(scale) * Float($0) + zero }
  }

  /// Q8_0: a scale and 32 signed bytes.
  private mutating func appendBytes(_ block: ArraySlice<Float>) {
    let scale = Float16(largest(block) / 127)
    let integers = block.map { steps($0, Float(scale), -128...127) }
    bytes += scale.bitPattern.littleEndianBytes + integers.map { UInt8(bitPattern: Int8($0)) }
    values += integers.map { Float(scale) * Float($0) }
  }
}

extension EncodedValues {
  /// IQ4_NL: a scale and 32 codes of 4 bits for levels that are denser around zero.
  private mutating func appendCodes(_ block: ArraySlice<Float>) {
    let levels: [Float] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]
    let scale = Float16(largest(block) / 113)
    bytes += scale.bitPattern.littleEndianBytes
    appendNearest(block, scale: Float(scale), levels: levels)
  }

  /// MXFP4: a power of two as its exponent, and 32 floats of 4 bits.
  private mutating func appendSmallFloats(_ block: ArraySlice<Float>) {
    let magnitudes: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
    let greatest = largest(block)
    let exponent = greatest == 0 ? 0 : min(max(Int(greatest.exponent) - 2 + 127, 2), 254)
    bytes.append(UInt8(exponent))
    appendNearest(
      block, scale: Float(sign: .plus, exponent: exponent - 127, significand: 1),
      levels: magnitudes + magnitudes.map { -$0 })
  }

  /// Nibbles that number the nearest of 16 levels.
  private mutating func appendNearest(_ block: ArraySlice<Float>, scale: Float, levels: [Float]) {
    let codes = block.map { value in
      levels.indices.min { abs(levels[$0] * scale - value) < abs(levels[$1] * scale - value) } ?? 0
    }
    bytes += (0..<16).map { UInt8(codes[$0] | codes[16 + $0] << 4) }
    values += codes.map { scale * levels[$0] }
  }
}

/// How many steps of `scale` are nearest to `value`, of those in `range`.
func steps(_ value: Float, _ scale: Float, _ range: ClosedRange<Float>) -> Int {
  scale == 0 ? 0 : Int(min(max((value / scale).rounded(), range.lowerBound), range.upperBound))
}
