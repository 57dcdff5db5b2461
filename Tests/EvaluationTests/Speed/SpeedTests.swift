import Evaluation
import Testing

@Suite("speed")
struct SpeedTests {
  @Test("every cache is measured, and what its slots take follows from its plan")
  func rows() throws {
    let rows = try SpeedMeasurement(Tiny().runner).compare(
      [Tiny.cell("streaming", 64), Tiny.cell("roco", 64)], prompt: Tiny.tokens(200), newTokens: 10,
      repetitions: 2)
    #expect(rows.map(\.cell.policy) == ["full", "streaming", "roco"])
    for row in rows {
      #expect(row.prefillTokensPerSecond > 0 && row.decodeTokensPerSecond > 0)
      #expect((0...1).contains(row.prefillEvictionShare) && (0...1).contains(row.decodeEvictionShare))
      // A key and a value of 16 half-precision numbers.
      #expect(row.keyValueBytesPerSlot == 64)
    }
    // Two columns of four bytes more, 96 slots in whole pages.
    #expect(abs(rows[2].otherBytesPerSlot - rows[1].otherBytesPerSlot - 8) < 1e-9)
  }
}
