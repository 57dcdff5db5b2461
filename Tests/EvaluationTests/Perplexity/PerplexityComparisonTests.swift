import Caching
import Evaluation
import Foundation
import Kernels
import Testing

@Suite("perplexity under eviction")
struct PerplexityComparisonTests {
  private let measurement: PerplexityMeasurement
  private let text = Tiny.tokens(200)

  init() throws { measurement = PerplexityMeasurement(try Tiny().runner) }

  @Test("a budget of the whole text gives what the full cache gives, bit for bit")
  func wholeBudget() throws {
    let rows = try measurement.compare([Tiny.cell("roco", 200)], on: [text], firstTarget: 1).rows
    #expect(rows[0].cell == .full)
    #expect(rows[1].perplexity == rows[0].perplexity)
    #expect(rows[1].change.value == 0 && rows[1].change.standardError == 0)
  }

  @Test(
    "what cells share is computed as each would alone",
    arguments: [("streaming", 40, 8), ("roco", 64, 32), ("h2o", 33, 1), ("tova", 199, 32)],
    KeyValueType.allCases)
  func sharing(cache: (policy: String, budget: Int, stride: Int), type: KeyValueType) throws {
    let (budget, stride) = (cache.budget, cache.stride)
    let cell = Tiny.cell(cache.policy, budget, stride: stride).stored(as: type)
    let rows = try measurement.compare([cell], on: [text], firstTarget: 10).rows
    let alone = try measurement.perplexity(of: text, under: cell, firstTarget: 10)
    #expect(rows[1].perplexity == alone)
    #expect(rows[0].perplexity.tokens == alone.tokens && alone.tokens == 190)
    #expect(rows[1].cache.keptSlots == budget)
    #expect(rows[1].cache.peakSlots == min(budget + stride, 200))
  }

  @Test(
    "no token is scored twice or left out, whatever the first is", arguments: [1, 39, 40, 41, 72, 73, 199])
  func targets(first: Int) throws {
    let rows = try measurement.compare([Tiny.cell("streaming", 40)], on: [text], firstTarget: first).rows
    #expect(rows.map(\.perplexity.tokens) == [200 - first, 200 - first])
  }

  @Test("without a first token, scoring starts where the smallest budget ends")
  func defaultFirst() throws {
    let cells = [Tiny.cell("roco", 64), Tiny.cell("tova", 48)]
    #expect(try measurement.compare(cells, on: [text]).firstTarget == 48)
  }

  @Test("several windows add up")
  func windows() throws {
    let other = Tiny.tokens(200, seed: 2)
    let cell = Tiny.cell("roco", 64)
    let both = try measurement.compare([cell], on: [text, other], firstTarget: 50).rows[1].perplexity
    let first = try measurement.compare([cell], on: [text], firstTarget: 50).rows[1].perplexity
    let second = try measurement.compare([cell], on: [other], firstTarget: 50).rows[1].perplexity
    #expect(both.tokens == 300)
    #expect(abs(log(both.value) - (log(first.value) + log(second.value)) / 2) < 1e-12)
  }

  @Test("a cell that cannot be is told by its name before anything is measured")
  func refusals() {
    for (cell, part) in [
      (Tiny.cell("nothing", 64), "nothing at 64: unknown eviction policy"),
      (Tiny.cell("roco", 64, stride: 100), "roco at 64: a budget of 64 slots is too small"),
      (Tiny.cell("streaming", 300, stride: 257), "streaming at 300: a stride of 257; expected 1 to 256"),
    ] {
      let error = #expect(throws: EvaluationError.self) {
        try measurement.compare([cell], on: [Tiny.tokens(900)]) { _, _ in Issue.record("it was begun") }
      }
      #expect(error?.description.hasPrefix(part) == true, "\(String(describing: error))")
    }
  }

  @Test("a first token outside the text, and a text beyond the context, are refused")
  func lengths() {
    #expect(throws: EvaluationError.scoreFrom(0, tokens: 200)) {
      try measurement.compare([], on: [text], firstTarget: 0)
    }
    #expect(throws: EvaluationError.scoreFrom(200, tokens: 200)) {
      try measurement.compare([], on: [text], firstTarget: 200)
    }
    #expect(throws: EvaluationError.tooLong(tokens: 1025, contextLength: 1024)) {
      try measurement.compare([], on: [Tiny.tokens(1025)])
    }
  }
}
