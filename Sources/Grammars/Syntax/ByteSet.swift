/// A set of bytes.
package struct ByteSet: Hashable, Sendable {
  private var bits = SIMD4<UInt64>()

  package init() {}

  package init(_ range: ClosedRange<UInt8>) {
    for byte in range { insert(byte) }
  }

  package init(_ byte: UInt8) { insert(byte) }

  package mutating func insert(_ byte: UInt8) { bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

  package func contains(_ byte: UInt8) -> Bool { bits[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

  package var isEmpty: Bool { bits == SIMD4() }
}
