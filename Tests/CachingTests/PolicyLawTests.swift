@testable import Caching
import Testing

/// Laws that hold for every policy in the registry; a new one is tested by being registered.
@Suite struct PolicyLawTests {
  static let budgets = [1, 2, 7, 16, 31, 64]

  @Test("after every eviction a head holds exactly the budget", arguments: Small.evictingPolicies, budgets)
  func leavesExactlyTheBudget(name: String, budget: Int) throws {
    let new = try EvictionPolicies.description(named: name).evictsGenerated ? 40 : 0
    let request = CacheRequest(
      policy: name, budget: .slots(budget), parameters: try Small.eachToken(name))
    let run = try Simulation(Small.plan(request, prompt: 101, new: new))
    run.run(attention: MadeUpAttention().callAsFunction) {
    } afterEviction: {
      if run.cache.logicalLength >= budget { #expect(run.cache.residentSlots == budget) }
    }
    for positions in run.kept.joined() {
      #expect(positions.count == budget)
      #expect(Set(positions).count == budget)
      #expect(positions.allSatisfy { (0..<101 + new).contains($0) })
    }
  }

  @Test(
    "no step holds more slots or bytes than promised, and the peak is reached",
    arguments: Small.scopedPolicies)
  func staysWithinThePromise(name: String, scope: BudgetScope) throws {
    let budget: CacheBudget? = name == "full" ? nil : .slots(24)
    let run = try Simulation(
      Small.plan(CacheRequest(policy: name, budget: budget, scope: scope), prompt: 77, new: 60))
    var peak = 0
    run.run(
      attention: MadeUpAttention().callAsFunction,
      beforeEviction: {
        peak = max(peak, run.cache.residentSlots)
        #expect(run.cache.residentSlots <= run.plan.peakSlots)
        #expect(run.cache.residentBytes <= run.plan.peakBytes)
        #expect(run.pool.usedBytes <= run.pool.reservedBytes)
        #expect(run.cache.slots(layer: 1, head: 1).slotCount == run.cache.residentSlots)
      })
    #expect(peak == run.plan.peakSlots)
    #expect(run.cache.residentBytes == run.plan.peakBytes)
  }

  @Test(
    "sinks and the newest slots are never evicted",
    arguments: Small.scopedPolicies.filter { $0.name != "full" })
  func protectedSlotsStay(name: String, scope: BudgetScope) throws {
    let request = CacheRequest(
      policy: name, budget: .slots(40), scope: scope, stride: 8, sinks: 3, recent: .slots(9),
      parameters: try Small.eachToken(name))
    let run = try Simulation(Small.plan(request, prompt: 90, new: 60))
    var lost = 0
    run.run(attention: MadeUpAttention(seed: 3).callAsFunction) {
    } afterEviction: {
      let fed = run.cache.logicalLength
      let prompt = scope == .generated ? min(fed, 90) : 3
      for positions in run.kept.joined() {
        let isWhole = positions.starts(with: 0..<prompt) && positions.suffix(9).elementsEqual(fed - 9..<fed)
        lost += isWhole ? 0 : 1
      }
    }
    #expect(lost == 0)
  }

  @Test("two runs evict the same, whatever pieces the dense part comes in", arguments: EvictionPolicies.names)
  func isDeterministic(name: String) throws {
    let request = CacheRequest(policy: name, budget: name == "full" ? nil : .slots(32), stride: 16, seed: 5)
    let runs = try [16, 17, 1000].map { atMost in
      let run = try Simulation(Small.plan(request, prompt: 100, new: 30))
      run.run(atMost: atMost, attention: MadeUpAttention().callAsFunction)
      return run.kept
    }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test(
    "where all attention is equal, ties go by age",
    arguments: Small.evictingPolicies.filter { $0 != "random" })
  func tiesGoByAge(name: String) throws {
    let request = CacheRequest(
      policy: name, budget: .slots(16), stride: 1, sinks: 2, recent: .slots(4),
      parameters: try Small.eachToken(name))
    let new = try EvictionPolicies.description(named: name).evictsGenerated ? 8 : 0
    let run = try Simulation(Small.plan(request, prompt: 24 - new, new: new))
    // Sums grow with age, so only rules that look at means or the last row see ties; a sum of zeros is one for all.
    run.run(attention: { _ in 0 })
    for positions in run.kept.joined() { #expect(positions == [0, 1] + Array(10..<24)) }
  }

  @Test(
    "worth is a number whatever is alike, absent or zero", arguments: Small.evictingPolicies,
    [1, 2, 9, 300])
  func worthIsANumber(name: String, count: Int) throws {
    for (sum, key) in [(Float(0), Float(0)), (0, 1), (1, 0), (.leastNonzeroMagnitude, 65504), (1e30, -65504)]
    {
      var slots = SlotStatistics(
        (0..<count).map {
          Candidate(
            position: $0, sum: sum, windowMean: sum, memory: [sum, sum],
            key: Array(repeating: key, count: 16), value: Array(repeating: key, count: 16))
        })
      slots.queryMeans = Array(repeating: key, count: 32)
      slots.queryVariances = Array(repeating: 0, count: 32)
      #expect(try policy(name).worths(slots).allSatisfy { $0 >= 0 })
    }
  }

  @Test("a head's victims do not depend on the attention of other heads", arguments: EvictionPolicies.names)
  func headsAreIndependent(name: String) throws {
    let request = CacheRequest(policy: name, budget: name == "full" ? nil : .slots(24))
    let plain = try Simulation(Small.plan(request, prompt: 80, new: 20))
    plain.run(attention: MadeUpAttention(seed: 1).callAsFunction)
    let other = try Simulation(Small.plan(request, prompt: 80, new: 20))
    other.run(attention: { MadeUpAttention(seed: $0.head == 0 && $0.layer == 1 ? 2 : 1)($0) })
    for (layer, head) in [(0, 0), (0, 1), (1, 1)] {
      #expect(plain.kept[layer][head] == other.kept[layer][head])
    }
    if ["h2o", "tova", "roco", "snapkv", "snapkv-d", "rkv", "lazy"].contains(name) {
      #expect(plain.kept[1][0] != other.kept[1][0])
    }
  }

  @Test(
    "keys and values stay with their positions through reuse and moves", arguments: EvictionPolicies.names)
  func bytesFollowTheirPositions(name: String) throws {
    // A last chunk shorter than the stride leaves holes to be closed by moving slots.
    let request = CacheRequest(
      policy: name, budget: name == "full" ? nil : .slots(33), stride: 20, sinks: 2, recent: .slots(5),
      parameters: try Small.eachToken(name))
    let run = try Simulation(Small.plan(request, prompt: 33 + 20 + 20 + 7, new: 150))
    run.writesBytes = true
    var foreign = 0
    run.run(
      attention: MadeUpAttention().callAsFunction, beforeEviction: { foreign += run.slotsWithForeignBytes })
    #expect(foreign == 0)
  }

  @Test(
    "layers evicted by several threads at once give what one thread gives", arguments: Small.evictingPolicies)
  func threadsDoNotMeet(name: String) throws {
    let shape = try CacheShape(layers: 8, kvHeads: 2, queryHeads: 2, headDimension: 16)
    let request = CacheRequest(policy: name, budget: .slots(48), parameters: try Small.eachToken(name))
    let plan = try CachePlan(request, shape: shape, promptTokens: 150, maxNewTokens: 30)
    let serial = try Simulation(plan)
    serial.run(attention: MadeUpAttention().callAsFunction)
    let parallel = try Simulation(plan)
    parallel.evictsInParallel = true
    parallel.run(attention: MadeUpAttention().callAsFunction)
    #expect(serial.kept == parallel.kept)
  }

  @Test("statistics are offered to kernels only as declared", arguments: EvictionPolicies.all.map(\.name))
  func columnsAreAsDeclared(name: String) throws {
    let run = try Simulation(
      Small.plan(CacheRequest(policy: name, budget: name == "full" ? nil : .slots(8)), prompt: 9, new: 4))
    run.step(8, attention: { _ in 0 })
    #expect(run.cache.slots(layer: 0, head: 0).columns.sums == nil, "the dense part is not counted")
    run.cache.append(1)
    let needs = run.plan.policy.needs
    let slots = run.cache.slots(layer: 0, head: 0)
    #expect((slots.columns.sums != nil) == needs.sums)
    #expect((slots.columns.squares != nil) == needs.squares)
    #expect((slots.columns.window != nil) == (needs.windowRows > 0))
  }
}
