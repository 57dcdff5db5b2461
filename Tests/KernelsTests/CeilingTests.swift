import CKernels
import Testing

@testable import Kernels

@Suite("ceilings of the machine")
struct CeilingTests {
  @Test("all bytes are read", arguments: InstructionSet.available.map(\.name))
  func reads(name: String) throws {
    let table = try InstructionSet(named: name).table
    var bytes = [UInt8](repeating: 0, count: 4096)
    // One byte in every vector, each time in another of its 32-bit lanes.
    for vector in 0..<64 { bytes[64 * vector + 4 * (vector % 16)] = UInt8(vector) }
    #expect(table.pointee.read_bytes(bytes, bytes.count) == (0..<64).reduce(0, +))
  }

  @Test("products are counted by the round, and done", arguments: InstructionSet.available.map(\.name))
  func products(name: String) throws {
    let table = try InstructionSet(named: name).table
    let operands = [UInt8](repeating: 1, count: Int(KVOTA_CEILING_BYTES))
    var sums = [Float](repeating: 0, count: 16)
    let one = table.pointee.multiply_bytes(1, operands, &sums)
    let before = sums
    #expect(table.pointee.multiply_bytes(10, operands, &sums) == 10 * one)
    #expect(zip(before, sums).allSatisfy { $0 < $1 })

    let floats = table.pointee.multiply_floats(1, 0.5, &sums)
    #expect(table.pointee.multiply_floats(100, 0.5, &sums) == 100 * floats)
    // x / 2 + 1 tends to 2 in every chain; an operation is half a multiply-add of 16.
    #expect(sums == [Float](repeating: 2 * Float(floats / 32), count: 16))
  }

  @Test("every rate is measured with all threads", arguments: InstructionSet.available.map(\.name))
  func rates(name: String) throws {
    let pool = try ThreadPool(threads: 2)
    defer { pool.stop() }
    let probe = CeilingProbe(compute: Compute(instructions: try InstructionSet(named: name), pool: pool))
    #expect(probe.bytesPerSecond() > 0)
    #expect(probe.integerOperationsPerSecond() > 0)
    #expect(probe.floatOperationsPerSecond() > 0)
  }
}
