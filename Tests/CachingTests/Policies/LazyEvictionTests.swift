import Foundation
import Testing

@testable import Caching

/// Against the definition over the whole history of attention.
@Suite struct LazyEvictionTests {
  private static let firstQuery = 20

  /// Attention by query and slot: slot s is looked at every s-th query or so, slot 0 never.
  private static func history(_ queries: Int, slots: Int, seed: UInt64 = 6) -> [[Float]] {
    var random = SplitMix64(state: seed)
    return (0..<queries).map { _ in
      (0..<slots).map { slot in slot > 0 && random.next() % UInt64(slot * 3) == 0 ? 0.01 : 0.00005 }
    }
  }

  /// What the policy is left with after it has seen all.
  private static func candidates(_ policy: any EvictionPolicy, _ history: [[Float]]) -> [Candidate] {
    let count = history[0].count
    var memory = [Float](repeating: 0, count: 2 * count)
    for (index, row) in history.enumerated() {
      var columns = memory.mutableSpan
      policy.observe(row.span, of: firstQuery + index, memory: &columns)
    }
    return (0..<count).map { slot in
      Candidate(
        position: slot, sum: history.map { $0[slot] }.reduce(0, +),
        memory: [memory[slot], memory[count + slot]])
    }
  }

  @Test("worth is that of the last look and of the longest gap", arguments: [1, 2, 10, 200])
  func agreesWithTheDefinition(queries: Int) throws {
    let history = Self.history(queries, slots: 30)
    let lazy = try policy("lazy")
    let slots = SlotStatistics(Self.candidates(lazy, history))
    let worths = lazy.worths(slots, at: .decode(fed: Self.firstQuery + queries))
    #expect(agree(worths, Self.definition(history, alpha: 0.0001)))
    #expect(worths[0] == 0)
  }

  @Test("alpha is the attention that counts as a look")
  func alphaIsAParameter() throws {
    let history = Self.history(50, slots: 10)
    for alpha in [0, 0.00001, 0.5] {
      let lazy = try policy("lazy", ["alpha": alpha])
      let worths = lazy.worths(
        SlotStatistics(Self.candidates(lazy, history)), at: .decode(fed: Self.firstQuery + 50))
      #expect(agree(worths, Self.definition(history, alpha: alpha)))
    }
    #expect(try policy("lazy", ["interval": 7]).interval == 7)
  }

  @Test("great distances make worth small, not undefined")
  func edges() throws {
    let lazy = try policy("lazy")
    let slots = SlotStatistics([
      Candidate(position: 0, memory: [1, 1]), Candidate(position: 1, memory: [1, 0]),
      Candidate(position: 2, memory: [100_000, 0]), Candidate(position: 3, memory: [50_000, 90_000]),
      Candidate(position: 4, memory: [0, 0]),
    ])
    let worths = lazy.worths(slots, at: .decode(fed: 100_000))
    #expect(worths[1] == 0 && worths[2] == 1 && worths[4] == 0)
    #expect(worths.allSatisfy { $0 >= 0 && $0 <= 2 })
    #expect(worths[3] > worths[0])
  }

  @Test("a slot that recurs in bursts is waited for, though the last query passes it by")
  func differsFromTOVA() throws {
    // Slots 1, 3, 5... are looked at every 30 queries, the others at each of the first 20.
    let history = (0..<110).map { query in
      (0..<20).map { slot in (slot % 2 == 1 ? query % 30 == 0 : query < 20) ? Float(0.05) : 0 }
    }
    let lazy = try policy("lazy")
    var candidates = Self.candidates(lazy, history)
    for slot in candidates.indices { candidates[slot].windowMean = slot % 2 == 1 ? 0 : 0.00001 }
    let moment = EvictionMoment.decode(fed: Self.firstQuery + 110)
    #expect(lazy.victims(10, of: candidates, at: moment) == Array(stride(from: 0, to: 20, by: 2)))
    #expect(
      try policy("tova").victims(10, of: candidates, at: moment) == Array(stride(from: 1, to: 20, by: 2)))
  }

  private static func definition(_ history: [[Float]], alpha: Double) -> [Double] {
    func sigma(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    return history[0].indices.map { slot in
      let looks = history.indices.filter { history[$0][slot] > Float(alpha) }
      guard let last = looks.last else { return 0 }
      let since = Double(history.count - 1 - last)
      guard let gap = zip(looks, looks.dropFirst()).map({ Double($1 - $0) }).max() else {
        return since == 0 ? 1 : 0
      }
      return 2 * sigma(-since / gap) + 2 * sigma(-1 / gap)
    }
  }
}
