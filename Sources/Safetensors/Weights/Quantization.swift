import GGUF

/// What the matrices of a model folder are rounded to when they are loaded.
package enum Quantization: String, CaseIterable, Sendable {
  /// 8 bits and a scale for 32 values.
  case q8_0
  /// 4 bits, a scale and a minimum for 32 values; the embedding and the output matrix, which need more, in Q8_0.
  case q4_1

  /// The type of a matrix by its name in GGUF.
  func type(of name: String) -> TensorType {
    switch self {
    case .q8_0: .q8_0
    case .q4_1: ["token_embd.weight", "output.weight"].contains(name) ? .q8_0 : .q4_1
    }
  }
}

/// Rounds rows of floats to blocks of 32, as GGUF's reference does.
enum BlockWriter {
  /// Appends the blocks of `values`, a whole number of them, in `type`: F32, Q8_0 or Q4_1.
  static func append(_ values: Span<Float>, as type: TensorType, to bytes: inout [UInt8]) {
    switch type {
    case .q8_0: for start in stride(from: 0, to: values.count, by: 32) { appendQ8(values, start, &bytes) }
    case .q4_1: for start in stride(from: 0, to: values.count, by: 32) { appendQ4(values, start, &bytes) }
    default:
      for index in values.indices { append(values[index].bitPattern, to: &bytes) }
    }
  }

  private static func appendQ8(_ values: Span<Float>, _ start: Int, _ bytes: inout [UInt8]) {
    var largest: Float = 0
    for index in start..<start + 32 { largest = max(largest, values[index].magnitude) }
    let scale = largest / 127
    append(Float16(scale).bitPattern, to: &bytes)
    let inverse = scale == 0 ? 0 : 1 / scale
    for index in start..<start + 32 {
      bytes.append(UInt8(bitPattern: Int8(clamping: whole((values[index] * inverse).rounded()))))
    }
  }

  private static func appendQ4(_ values: Span<Float>, _ start: Int, _ bytes: inout [UInt8]) {
    var (least, greatest) = (values[start], values[start])
    for index in start..<start + 32 {
      least = min(least, values[index])
      greatest = max(greatest, values[index])
    }
    let scale = (greatest - least) / 15
    append(Float16(scale).bitPattern, to: &bytes)
    append(Float16(least).bitPattern, to: &bytes)
    let inverse = scale == 0 ? 0 : 1 / scale
    let level = { (value: Float) in UInt8(clamping: min(15, max(0, whole((value - least) * inverse + 0.5)))) }
    for index in start..<start + 16 { bytes.append(level(values[index]) | level(values[index + 16]) << 4) }
  }

  /// Towards zero; weights that are no numbers become 0 rather than a trap.
  private static func whole(_ value: Float) -> Int { Int(exactly: value.rounded(.towardZero)) ?? 0 }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
