import CKernels
import Foundation
import ModelFixtures
import Testing

@testable import Kernels

@Suite struct StoringTests {
  /// Runs `body` with key and value of one slot after the kernel stored `row` as both in a page of zeros.
  private func withStored(
    _ row: [Float], slot: Int, as type: KeyValueType, on set: InstructionSet,
    _ body: (_ key: StoredNumbers, _ value: StoredNumbers) -> Void
  ) {
    let half = type.halfPageBytes(headDimension: row.count)
    var pool = [UInt64](repeating: 0, count: 2 * half / 8)
    var page: UInt32 = 0
    pool.withUnsafeMutableBytes { bytes in
      guard let keys = bytes.baseAddress else { return }
      let values = keys + half
      withUnsafePointer(to: &page) { pages in
        var slots = kvota_slots(
          keys: keys.assumingMemoryBound(to: UInt8.self), values: values.assumingMemoryBound(to: UInt8.self),
          key_pages: pages, pages: pages, key_type: type.kernelType, value_type: type.kernelType, slots: 16,
          head_dim: Int32(row.count), new_slots: nil, new_count: 0, positions: nil, first_position: 0,
          window: 0, soft_cap: 0, newest: kvota_newest())
        set.table.pointee.store(&slots, Int32(slot), row, row)
      }
      let stored = { (page: UnsafeMutableRawPointer, isKey: Bool) in
        StoredNumbers(page: page, lane: slot, dimension: row.count, type: type, isKey: isKey)
      }
      body(stored(keys, true), stored(values, false))
    }
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
      withStored(row, slot: start / 16 % 16, as: .f16, on: set) { key, value in
        let bits = row.map { expected($0).bitPattern }
        let found = [key, value].map { $0.numbers.map { Float16($0).bitPattern } }
        #expect(found == [bits, bits], "\(row)")
      }
    }
  }

  @Test(
    "as bytes, numbers are at most half a scale off, and the greatest is 127 scales or as near as halves are",
    arguments: InstructionSet.available, [16, 64, 80, 128])
  func roundsToBytes(set: InstructionSet, dimension: Int) {
    var random = SplitMix64(state: 2)
    for round in 0..<500 {
      // From below the least scale, 2^-24, to the largest number of bytes, 127 * 65504.
      let size = exp2(Float.random(in: -30...20, using: &random))
      let row = random.normals(dimension, scale: size)
      let greatest = row.map(abs).max() ?? 0
      withStored(row, slot: round % 16, as: .q8, on: set) { key, value in
        #expect(key.numbers == value.numbers && key.scale == value.scale)
        let scale = Double(key.scale)
        #expect(Float(key.scale) * 127 >= greatest && Float(key.scale.nextDown) * 127 < greatest)
        #expect(zip(key.numbers, row).allSatisfy { abs($0 - Double($1)) <= scale * (0.5 + 0x1p-15) })
      }
    }
  }

  @Test("as bytes, extremes stay finite", arguments: InstructionSet.available)
  func extremesOfBytes(set: InstructionSet) {
    let largest = 127 * Double(Float16.greatestFiniteMagnitude)
    func found(_ row: [Float]) -> [Double] {
      var numbers: [Double] = []
      withStored(row + [Float](repeating: 0, count: 16 - row.count), slot: 7, as: .q8, on: set) {
        key, value in
        numbers = Array(value.numbers[..<row.count])
        #expect(key.numbers == value.numbers)
      }
      return numbers
    }
    #expect(found([0, -0.0]) == [0, 0])
    #expect(found([.leastNonzeroMagnitude, 0]) == [0, 0])
    #expect(found([.infinity, -.infinity, 1]) == [largest, -largest, 0])
    #expect(found([1e30, 0.4 * Float(largest)]) == [largest, 51 * 65504])
    #expect(found([.nan, 1]).allSatisfy { $0.isFinite })
    #expect(found([127, -1, 0.4, 0.6]) == [127, -1, 0, 1])
  }
}
