import Caching
import Foundation
import Testing

@testable import Evaluation

@Suite("agreement")
struct AgreementTests {
  private func rows(_ cells: [Cell]) throws -> [AgreementMeasurement.Row] {
    try AgreementMeasurement(Tiny().runner)
      .compare(cells, after: [Tiny.tokens(100), Tiny.tokens(100, seed: 2)], newTokens: 20)
  }

  @Test(
    "a cache that evicts nothing agrees everywhere and diverges nowhere",
    arguments: [Cell.full, Tiny.cell("roco", 120), Tiny.cell("tova", 20, scope: .generated)])
  func itself(cell: Cell) throws {
    let row = try rows([cell])[1]
    #expect(row.agreement == 1 && row.divergence == 0 && row.firstDifference == 20)
  }

  @Test("keys and values in bytes diverge less than a small budget does, in little more than half the memory")
  func bytes() throws {
    let rows = try rows([Cell.full.stored(as: .q8), Tiny.cell("streaming", 16)])
    #expect(rows[1].divergence > 0 && rows[1].divergence < rows[2].divergence)
    #expect(rows[1].cache.keptSlots == rows[0].cache.keptSlots)
    #expect(rows[1].cache.peakBytes < rows[0].cache.peakBytes * 3 / 4)
  }

  @Test("a constrained cache diverges, and the first difference is before the end unless all agree")
  func constrained() throws {
    for row in try rows([Tiny.cell("streaming", 16), Tiny.cell("random", 50)]).dropFirst() {
      #expect(row.divergence > 0)
      #expect((0...1).contains(row.agreement))
      #expect(row.agreement == 1 || row.firstDifference < 20)
    }
  }

  @Test("the budget is kept while tokens are generated")
  func budget() throws {
    let row = try rows([Tiny.cell("h2o", 32)])[1]
    #expect(row.cache.keptSlots == 32 && row.cache.peakSlots == 32 + (row.cache.stride ?? 0))
  }

  @Test("divergence is that of two distributions, whatever is added to their logits")
  func divergence() {
    var ours: [Float] = [0, 0, log(2)].map { $0 + 100 }
    var theirs: [Float] = [0, log(2), 0]
    var span = ours.mutableSpan
    let row = LogitsRow(span)
    #expect(row.token == 2 && row.divergence(of: span) == 0)
    span = theirs.mutableSpan
    // 1/4 and 1/2 trade places: 1/2 log 2 - 1/4 log 2.
    #expect(abs(row.divergence(of: span) - 0.25 * log(2)) < 1e-6)
  }
}
