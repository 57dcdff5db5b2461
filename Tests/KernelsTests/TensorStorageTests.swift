import ModelFixtures
import Testing

@testable import Kernels

@Suite struct TensorStorageTests {
  private func dequantize(_ bytes: [UInt8], _ id: UInt32, count: Int) throws -> [Float] {
    let storage = try #require(TensorStorage(id: id))
    let row = FloatRows(capacity: 1, width: count)
    return row.withRow(0) { values in
      storage.dequantize(bytes.span.bytes, into: &values)
      return values.indices.map { values[$0] }
    }
  }

  @Test("every type reads what the format's definition says", arguments: EncodedType.allCases)
  func dequantizes(type: EncodedType) throws {
    var random = SplitMix64(state: 2)
    let encoded = EncodedValues(random.normals(1024), as: type)
    let values = try dequantize(encoded.bytes, type.rawValue, count: 1024)
    // Scale x step + minimum may be one rounding or two.
    #expect(zip(values, encoded.values).allSatisfy { abs($0 - $1) <= abs($1) * 0x1p-22 + 1e-6 })
  }

  @Test("blocks written by hand are read as computed by hand")
  func byHand() throws {
    // 0x3c00 is 1, 0x4000 is 2, 0xbc00 is -1 in half precision.
    let nibbles = [UInt8](repeating: 0x80, count: 15) + [0xf7]
    let q40 = try dequantize([0x00, 0x40] + nibbles, 2, count: 32)
    #expect(q40[0] == -16 && q40[15] == -2 && q40[16] == 0 && q40[31] == 14)
    let q41 = try dequantize([0x00, 0x40, 0x00, 0xbc] + nibbles, 3, count: 32)
    #expect(q41[0] == -1 && q41[15] == 13 && q41[16] == 15 && q41[31] == 29)
    let q80 = try dequantize([0x00, 0x3c, 0x80, 0x7f] + [UInt8](repeating: 0, count: 30), 8, count: 32)
    #expect(q80[0] == -128 && q80[1] == 127 && q80[2] == 0)
    var q6 = [UInt8](repeating: 0, count: 210)
    (q6[0], q6[128]) = (0x5a, 0b00_10_00_01)  // value 0: 0xa + 16; value 64: 5 + 32
    (q6[192], q6[196], q6[208], q6[209]) = (3, 0xfe, 0x00, 0x3c)  // scales 3 and -2, of all 1
    let q6k = try dequantize(q6, 14, count: 256)
    #expect(q6k[0] == -18 && q6k[1] == -96 && q6k[64] == -10 && q6k[65] == 64 && q6k[16] == 0)
    #expect(try dequantize([0x80, 0x3f, 0x00, 0xc0], 30, count: 2) == [1, -2])
    #expect(try dequantize([0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc], 1, count: 3) == [1, 0x1p-24, -.infinity])
  }

  @Test(
    "every half float is read exactly, one by one and sixteen at a time", arguments: InstructionSet.available)
  func halves(set: InstructionSet) throws {
    let all = (UInt16.min...UInt16.max).filter { $0 & 0x7c00 != 0x7c00 }
    let values = all.map { Float(Float16(bitPattern: $0)) }
    let read = try dequantize(all.flatMap(\.littleEndianBytes), 1, count: all.count)
    #expect(read == values)
    try withPool(1) { pool in
      let packed = try Matrix(rows: all.count, inner: 1, type: .f16, floats: values).packed(pool)
      let outputs = multiply(packed, [[1]], on: set, pool: pool).outputs[0]
      #expect(outputs[..<all.count].elementsEqual(values))
    }
  }

  @Test("the table names every type once and knows no others")
  func table() {
    #expect(TensorStorage.all.count == EncodedType.allCases.count)
    for type in EncodedType.allCases {
      let storage = TensorStorage(id: type.rawValue)
      #expect(storage?.name == type.description && storage?.blockValues == type.blockValues)
      #expect(storage?.isQuantized == type.isQuantized)
      #expect(storage?.rowBytes(type.blockValues + 1) == nil || type.blockValues == 1)
    }
    #expect(TensorStorage(id: 4) == nil && TensorStorage(id: .max) == nil)
  }
}
