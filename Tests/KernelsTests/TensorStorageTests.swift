import Foundation
import ModelFixtures
import Testing

@testable import Kernels

@Suite struct TensorStorageTests {
  @Test("every type reads what the format's definition says", arguments: EncodedType.allCases)
  func dequantizes(type: EncodedType) throws {
    var random = SplitMix64(state: 2)
    let encoded = EncodedValues(random.normals(1024), as: type)
    let values = try dequantize(encoded.bytes, type, count: 1024)
    // Scale x step + minimum may be one rounding or two.
    #expect(zip(values, encoded.values).allSatisfy { abs($0 - $1) <= abs($1) * 0x1p-22 + 1e-6 })
  }

  @Test("blocks written by hand are read as computed by hand")
  func byHand() throws {
    // 0x3c00 is 1, 0x4000 is 2, 0xbc00 is -1 in half precision.
    let nibbles = [UInt8](repeating: 0x80, count: 15) + [0xf7]
    let q40 = try dequantize([0x00, 0x40] + nibbles, .q4_0, count: 32)
    #expect(q40[0] == -16 && q40[15] == -2 && q40[16] == 0 && q40[31] == 14)
    let q41 = try dequantize([0x00, 0x40, 0x00, 0xbc] + nibbles, .q4_1, count: 32)
    #expect(q41[0] == -1 && q41[15] == 13 && q41[16] == 15 && q41[31] == 29)
    let q80 = try dequantize([0x00, 0x3c, 0x80, 0x7f] + [UInt8](repeating: 0, count: 30), .q8_0, count: 32)
    #expect(q80[0] == -128 && q80[1] == 127 && q80[2] == 0)
    var q6 = [UInt8](repeating: 0, count: 210)
    (q6[0], q6[128]) = (0x5a, 0b00_10_00_01)  // value 0: 0xa + 16; value 64: 5 + 32
    (q6[192], q6[196], q6[208], q6[209]) = (3, 0xfe, 0x00, 0x3c)  // scales 3 and -2, of all 1
    let q6k = try dequantize(q6, .q6_k, count: 256)
    #expect(q6k[0] == -18 && q6k[1] == -96 && q6k[64] == -10 && q6k[65] == 64 && q6k[16] == 0)
    #expect(try dequantize([0x80, 0x3f, 0x00, 0xc0], .bf16, count: 2) == [1, -2])
    #expect(
      try dequantize([0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc], .f16, count: 3) == [1, 0x1p-24, -.infinity])
  }

  @Test("blocks of random bits are read as llama.cpp reads them, to the bit", arguments: try Golden.all())
  func goldens(golden: Golden) throws {
    let expected = golden.floats
    let type = try #require(EncodedType(rawValue: golden.type))
    #expect(try dequantize(Array(golden.bytes), type, count: expected.count) == expected, "\(type)")
  }

  @Test("every quantized type has goldens")
  func goldensAreComplete() throws {
    #expect(try Set(Golden.all().map(\.type)) == Set(EncodedType.quantized.map(\.rawValue)))
  }

  @Test(
    "every half float is read exactly, one by one and sixteen at a time", arguments: InstructionSet.available)
  func halves(set: InstructionSet) throws {
    let all = (UInt16.min...UInt16.max).filter { $0 & 0x7c00 != 0x7c00 }
    let values = all.map { Float(Float16(bitPattern: $0)) }
    let read = try dequantize(all.flatMap(\.littleEndianBytes), .f16, count: all.count)
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
      #expect(storage?.blockBytes == type.layout.bytes)
      #expect(storage?.isQuantized == type.isQuantized)
      #expect(storage?.rowBytes(type.blockValues + 1) == nil || type.blockValues == 1)
    }
    #expect(TensorStorage(id: 4) == nil && TensorStorage(id: .max) == nil)
  }
}

/// Blocks of one type and what llama.cpp's own reader makes of them; see Golden/make_dequantized.py.
struct Golden: Decodable, Sendable {
  let type: UInt32
  let bytes: Data
  let values: Data

  static func all() throws -> [Golden] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Golden/dequantized.json"))
    return try JSONDecoder().decode([Golden].self, from: data)
  }

  var floats: [Float] {
    stride(from: 0, to: values.count, by: 4).map { at in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(values[at + $1]) << UInt32(8 * $1) })
    }
  }
}
