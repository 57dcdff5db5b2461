import ModelFixtures
import Testing

@testable import Kernels

@Suite struct PackedMatrixTests {
  @Test("a large matrix is lent in pieces, each row once and in order, and is whole afterwards")
  func pieces() throws {
    let (rows, inner) = (8300, 512)
    let rowBytes = inner * MemoryLayout<Float>.size
    var bytes = [UInt8](repeating: 0, count: rows * rowBytes)
    for row in 0..<rows {
      bytes.replaceSubrange(
        row * rowBytes..<row * rowBytes + 4, with: Float(row).bitPattern.littleEndianBytes)
    }
    let storage = try #require(TensorStorage(id: EncodedType.f32.rawValue))
    let matrix = bytes
    let lent = Lent()
    let part = PackedMatrix.Part(storage: storage, rows: rows) { range, body in
      lent.ranges.append(range)
      body(matrix[range.lowerBound * rowBytes..<range.upperBound * rowBytes].span.bytes)
    }
    let outputs = try withPool(2) { pool in
      let packed = PackedMatrix(inner: inner, parts: [part], arena: WeightArena(), pool: pool)
      let first = [1] + [Float](repeating: 0, count: inner - 1)
      return multiply(packed, [first], on: try InstructionSet(), pool: pool).outputs[0]
    }
    #expect(Array(outputs[..<rows]) == (0..<rows).map(Float.init))
    #expect(lent.ranges.count > 1 && lent.ranges.flatMap { Array($0) } == Array(0..<rows))
  }

  private final class Lent {
    var ranges: [Range<Int>] = []
  }
}
