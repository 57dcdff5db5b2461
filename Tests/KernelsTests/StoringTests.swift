import CKernels
import ModelFixtures
import Testing

@testable import Kernels

@Suite struct StoringTests {
  /// Keys and values of one slot after the kernel stored `row` as both.
  private func stored(_ row: [Float], slot: Int, on set: InstructionSet) -> (key: [Float16], value: [Float16])
  {
    var pool = [Float16](repeating: 0, count: 32 * row.count)
    var page: UInt32 = 0
    let count = row.count
    pool.withUnsafeMutableBytes { bytes in
      withUnsafePointer(to: &page) { pages in
        var slots = kvota_slots(
          keys: bytes.bindMemory(to: UInt8.self).baseAddress,
          values: bytes[(32 * count)...].bindMemory(to: UInt8.self).baseAddress, key_pages: pages,
          pages: pages,
          half_page_bytes: 32 * count, slots: 16, head_dim: Int32(count), new_slots: nil, new_count: 0)
        set.table.pointee.store(&slots, Int32(slot), row, row)
      }
    }
    return (
      (0..<count).map { pool[16 * $0 + slot] }, Array(pool[(16 + slot) * count..<(17 + slot) * count])
    )
  }

  /// Rounded to nearest, ties to even, and never infinite.
  private func expected(_ value: Float) -> Float16 { Float16(min(max(value, -65504), 65504)) }

  @Test(
    "values are rounded to the nearest half float, subnormal ones too, and saturate",
    arguments: InstructionSet.available)
  func rounds(set: InstructionSet) {
    var random = SplitMix64(state: 1)
    var values: [Float] = [
      0, -0.0, 1, -1, 65504, 65519, 65520, 1e6, -1e9, .greatestFiniteMagnitude, .infinity, -.infinity,
      0x1p-14, 0x1p-15, 0x1p-24, 0x1p-25, 0x1.8p-25, 0x1p-26, 0x1.ffcp-15, 0x1.ffep-15, 0x1.fffp-15,
      1 + 0x1p-11, 1 + 0x3p-11, 1 + 0x1.1p-11, .leastNonzeroMagnitude, -0x1.8p-24,
    ]
    // Every exponent that matters, and ties between any two halves.
    for _ in 0..<20_000 {
      values.append(Float(bitPattern: UInt32.random(in: 0x3280_0000...0x4790_0000, using: &random)))
      let half = Float16(bitPattern: UInt16.random(in: 0..<0x7bff, using: &random))
      values.append(-(Float(half) + Float(half.nextUp)) / 2)
    }
    values += [Float](repeating: 0, count: (16 - values.count % 16) % 16)
    for start in stride(from: 0, to: values.count, by: 16) {
      let row = Array(values[start..<start + 16])
      let (key, value) = stored(row, slot: start / 16 % 16, on: set)
      let bits = row.map { expected($0).bitPattern }
      #expect(key.map(\.bitPattern) == bits && value.map(\.bitPattern) == bits, "\(row)")
    }
  }
}
