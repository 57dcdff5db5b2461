import Testing

@testable import Caching

@Suite struct ResidentTokensTests {
  /// Somebody who is told of evictions only, from the beginning.
  private struct Told {
    private var resident: ResidentTokens
    private(set) var held: [Set<Int>]
    private(set) var errors = 0

    init(heads: Int) {
      resident = ResidentTokens(heads: heads)
      held = Array(repeating: [], count: heads)
    }

    mutating func see(_ view: CacheView) {
      let fed = resident.fed
      for (head, runs) in resident.advance(to: view).enumerated() {
        held[head].formUnion(fed..<view.fed)
        var end = -1
        for run in runs {
          if run.isEmpty || run.lowerBound <= end || !held[head].isSuperset(of: run) { errors += 1 }
          held[head].subtract(run)
          end = run.upperBound
        }
      }
    }
  }

  @Test(
    "what evictions add up to is what the heads hold, for whoever sees every step and whoever sees few",
    arguments: EvictionPolicies.names, BudgetAllocators.names)
  func sums(policy: String, allocator: String) throws {
    let evicts = try EvictionPolicies.description(named: policy).evicts
    if !evicts && allocator != "uniform" { return }
    var request = CacheRequest(
      policy: policy, budget: evicts ? .slots(40) : nil, stride: 16, recent: .slots(6))
    request.allocator = allocator
    let run = try Simulation(Small.plan(request, prompt: 150, new: 70))
    var (close, far) = (Told(heads: run.plan.shape.heads), Told(heads: run.plan.shape.heads))
    var step = 0
    run.run(
      attention: MadeUpAttention().callAsFunction,
      afterEviction: {
        close.see(run.cache.view)
        if step % 9 == 4 { far.see(run.cache.view) }
        step += 1
      })
    far.see(run.cache.view)
    let kept = run.kept.joined().map(Set.init)
    #expect(close.held == kept && far.held == kept)
    #expect(close.errors == 0 && far.errors == 0)
    #expect(run.cache.view.residentSlots == run.cache.residentSlots)
    #expect(run.cache.view.evictedSlots == run.cache.evictedSlots)
  }

  @Test("runs go on over the words of a bitmap and end where they end", arguments: [1, 63, 64, 65, 128, 200])
  func runs(length: Int) {
    var resident = ResidentTokens(heads: 1)
    let kept = [Int32(0), 300]
    let gone = 1..<1 + length
    let positions = kept + (1..<300).filter { !gone.contains($0) }.map { Int32($0) } + [-1]
    let view = CacheView(
      fed: 301, residentSlots: 0, evictedSlots: 0, positions: positions, slots: [0..<positions.count])
    #expect(resident.advance(to: view) == [[gone]])
    #expect(resident.advance(to: view) == [[]])
  }
}
