import Kernels
import Testing

@testable import Caching

/// Finding the one candidate that goes against ranking all of them.
@Suite struct LeastWorthyTests {
  @Test(
    "a single victim of RoCo is the one that ranking all candidates gives, in and out of scope, tied or not a number",
    arguments: RandomCandidates.Kind.allCases)
  func singleVictim(kind: RandomCandidates.Kind) throws {
    let policy = RoCo(prefillMargin: 0.1, decodeMargin: 0.3)
    let ranking = Ranking(policy: policy, modifiers: RankModifiers(), pool: 1, spans: [])
    var candidates = RandomCandidates(kind)
    var scratch = EvictionScratch(instructions: try InstructionSet())
    var (found, ranked) = (0, 0)
    for _ in 0..<5000 {
      let count = candidates.next(into: &scratch)
      var moment = EvictionMoment.decode(fed: 4000)
      moment.budgetSlots = candidates.number(1...2 * count)
      let expected = leastByRanking(policy, scratch.statistics, at: moment)
      VictimPicker.pick(1, by: ranking, at: moment, in: &scratch)
      #expect(scratch.victims == [scratch.statistics.slots[expected]])
      let alone = choice(of: policy, scratch.statistics, at: moment)
      #expect(alone == nil || alone == expected)
      if alone == nil { ranked += 1 } else { found += 1 }
    }
    // What costs less is what happens, but where infinity is everywhere.
    #expect(found > (kind == .undefined ? 400 : 2500))
    // These reach the ranking too.
    if kind == .bursty || kind == .undefined { #expect(ranked > 50) }
  }

  @Test(
    "a candidate is steady if it is among as many of the lowest variances as are in scope",
    arguments: RandomCandidates.Kind.allCases)
  func steady(kind: RandomCandidates.Kind) throws {
    var candidates = RandomCandidates(kind)
    var scratch = EvictionScratch(instructions: try InstructionSet())
    for _ in 0..<300 {
      let count = candidates.next(into: &scratch)
      let scope = candidates.number(1...count + 1)
      let keys = (0..<count).map { scratch.statistics.key(scratch.statistics.variance($0), $0) }
      let steadiest = Set(keys.sorted().prefix(scope).map(\.bits))
      for candidate in 0..<count {
        let isSteady = scratch.statistics.isSteady(candidate, among: scope)
        #expect(isSteady == steadiest.contains(keys[candidate].bits))
      }
    }
  }

  @Test("the least of numbers is that of the lowest key, whatever the numbers are")
  func leastNumber() throws {
    let odd: [Float] = [0, -0.0, .infinity, -.infinity, .nan, -.nan, .leastNonzeroMagnitude, 1, -1]
    var candidates = RandomCandidates(.tied)
    var scratch = EvictionScratch(instructions: try InstructionSet())
    for round in 0..<5000 {
      let count = candidates.next(into: &scratch)
      // One kind of number, few, or all of them.
      let kinds = candidates.number(1...(round % 3 == 0 ? 1 : odd.count))
      let choice = odd.shuffled(using: &candidates.random).prefix(kinds)
      let numbers = (0..<count).map { _ in choice.randomElement(using: &candidates.random) ?? 0 }
      let keys = (0..<count).map { scratch.statistics.key(numbers[$0], $0) }
      #expect(keys[scratch.statistics.least(numbers.span)] == keys.min())
    }
  }

  private func leastByRanking(
    _ policy: any EvictionPolicy, _ slots: borrowing SlotStatistics, at moment: EvictionMoment
  ) -> Int {
    let worths = policy.worths(slots, at: moment)
    var least = 0
    for candidate in worths.indices
    where slots.key(worths[candidate], candidate) < slots.key(worths[least], least) {
      least = candidate
    }
    return least
  }

  private func choice(
    of policy: any EvictionPolicy, _ slots: borrowing SlotStatistics, at moment: EvictionMoment
  ) -> Int? {
    var spare = [Float](repeating: .nan, count: slots.count)
    var span = spare.mutableSpan
    return policy.leastWorthy(slots, at: moment, spare: &span)
  }
}
