import Caching
import Testing

@testable import Evaluation

@Suite struct StretchTests {
  private static func endless(_ slots: Int) -> Cell {
    var cell = Tiny.cell("streaming", slots, stride: 8)
    var request = cell.request
    request.positions = .cache
    cell = Cell(policy: "streaming:positions=cache", budget: "\(slots)", request: request)
    return cell
  }

  @Test("a text longer than the context is followed to its end, every token in one stretch")
  func pastTheContext() throws {
    let tiny = try Tiny()
    let tokens = Tiny.tokens(5 * tiny.runner.contextLength)
    let found = try PerplexityMeasurement(tiny.runner).stretches(
      of: tokens, every: 50, cells: [Self.endless(24)])
    #expect(found.starts == Array(stride(from: 1, to: tokens.count, by: 50)))
    for perplexities in [found.recomputed, found.cells[0].perplexities] {
      #expect(perplexities.map(\.tokens).reduce(0, +) == tokens.count - 1)
      #expect(perplexities.allSatisfy { $0.value.isFinite })
    }
  }

  @Test("what a cache has not evicted yet it predicts as the full cache does")
  func startsAlike() throws {
    let tiny = try Tiny()
    let found = try PerplexityMeasurement(tiny.runner).stretches(
      of: Tiny.tokens(40), every: 20, cells: [Tiny.cell("streaming", 24, stride: 8)])
    #expect(found.recomputed[0] == found.cells[0].perplexities[0])
    #expect(found.recomputed[1] != found.cells[0].perplexities[1])
  }

  @Test("past the context keys must be read at cache positions")
  func refusesOriginalPositions() throws {
    let tiny = try Tiny()
    let tokens = Tiny.tokens(tiny.runner.contextLength + 1)
    #expect(throws: EvaluationError.self) {
      try PerplexityMeasurement(tiny.runner).stretches(
        of: tokens, every: 20, cells: [Tiny.cell("streaming", 24)])
    }
  }
}
