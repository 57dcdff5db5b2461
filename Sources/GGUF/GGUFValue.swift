/// A metadata value to be written: its type's number and its bytes.
package struct GGUFValue: Sendable {
  package var type: UInt32
  package var bytes: [UInt8]

  package init(type: UInt32, bytes: [UInt8]) {
    self.type = type
    self.bytes = bytes
  }

  package static func uint8(_ value: UInt8) -> GGUFValue { GGUFValue(.uint8, [value]) }
  package static func uint32(_ value: UInt32) -> GGUFValue { GGUFValue(.uint32, value.littleEndianBytes) }
  package static func int32(_ value: Int32) -> GGUFValue { GGUFValue(.int32, value.littleEndianBytes) }
  package static func uint64(_ value: UInt64) -> GGUFValue { GGUFValue(.uint64, value.littleEndianBytes) }
  package static func float32(_ value: Float) -> GGUFValue {
    GGUFValue(.float32, value.bitPattern.littleEndianBytes)
  }
  package static func float64(_ value: Double) -> GGUFValue {
    GGUFValue(.float64, value.bitPattern.littleEndianBytes)
  }
  package static func bool(_ value: Bool) -> GGUFValue { GGUFValue(.bool, [value ? 1 : 0]) }
  package static func string(_ value: String) -> GGUFValue { GGUFValue(.string, value.ggufBytes) }

  /// An array of values that all have the type with this number.
  package static func array(_ type: UInt32, _ elements: [GGUFValue]) -> GGUFValue {
    let header = type.littleEndianBytes + UInt64(elements.count).littleEndianBytes
    return GGUFValue(.array, header + elements.flatMap(\.bytes))
  }
  package static func strings(_ values: [String]) -> GGUFValue {
    array(MetadataType.string.rawValue, values.map(string))
  }
  package static func int32s(_ values: [Int32]) -> GGUFValue {
    array(MetadataType.int32.rawValue, values.map(int32))
  }
  package static func float32s(_ values: [Float]) -> GGUFValue {
    array(MetadataType.float32.rawValue, values.map(float32))
  }

  private init(_ type: MetadataType, _ bytes: [UInt8]) { self.init(type: type.rawValue, bytes: bytes) }
}

extension String {
  /// The text as GGUF has it: the length in bytes, then UTF-8.
  package var ggufBytes: [UInt8] { UInt64(utf8.count).littleEndianBytes + Array(utf8) }
}

extension FixedWidthInteger {
  package var littleEndianBytes: [UInt8] {
    stride(from: 0, to: Self.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: self >> Self($0)) }
  }
}

extension [UInt8] {
  /// Appends zeros up to a multiple of `alignment`.
  package mutating func pad(to alignment: Int) {
    while !count.isMultiple(of: alignment) { append(0) }
  }
}
