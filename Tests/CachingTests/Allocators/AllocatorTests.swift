import Testing

@testable import Caching

@Suite struct AllocatorTests {
  private func setting(_ budget: Int, layers: Int = 7, recent: Int = 4, least: Int = 12) -> AllocationSetting
  {
    AllocationSetting(layers: layers, kvHeads: 3, budget: budget, recent: recent, least: least)
  }

  @Test("layers' budgets sum to the budget, exactly", arguments: BudgetAllocators.names)
  func exactSum(name: String) throws {
    let allocator = try BudgetAllocators.allocator(named: name)
    for budget in 1...700 {
      for layers in [1, 2, 7, 30] {
        #expect(allocator.offsets(setting(budget, layers: layers)).reduce(0, +) == 0)
      }
    }
  }

  @Test("pyramid follows the paper's line between its ends, and lower layers never get less than higher ones")
  func pyramid() {
    let budget = 512
    let offsets = PyramidAllocator().offsets(setting(budget, layers: 30, recent: 10, least: 30))
    let least = Double(budget - 10) / 20
    let most = 2 * Double(budget - 10) - least
    for (layer, offset) in offsets.enumerated() {
      let exact = most - Double(layer) * (most - least) / 29 + 10 - Double(budget)
      #expect(abs(Double(offset) - exact) < 2)
    }
    #expect(zip(offsets, offsets.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test("pyramid gives all layers the same where the last could not hold its window")
  func flatPyramid() {
    #expect(PyramidAllocator().offsets(setting(100, recent: 32)).allSatisfy { $0 == 0 })
    #expect(PyramidAllocator().offsets(setting(100, recent: 4, least: 60)).allSatisfy { $0 == 0 })
  }

  @Test("cake's budgets keep within their bounds whatever the weights", arguments: 0..<50)
  func cake(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    let setting = setting(
      Int.random(in: 16...600, using: &random), layers: Int.random(in: 1...30, using: &random))
    let allocator = CakeAllocator()
    let extremes: [Float] = [0, 0, 1e-30, 1e30, .infinity]
    let weights = (0..<setting.layers).map { _ in
      Bool.random(using: &random)
        ? Float.random(in: 0...1, using: &random) : extremes.randomElement(using: &random) ?? 0
    }
    let budgets = allocator.offsets(setting, weights: weights).map { $0 + setting.budget }
    #expect(budgets.reduce(0, +) == setting.layers * setting.budget)
    #expect(budgets.allSatisfy { $0 >= allocator.floor(setting) })
    #expect(budgets.allSatisfy { $0 <= max(allocator.floor(setting), allocator.ceiling(setting)) })
  }

  @Test("shares are in proportion to the weights, left-over units going to the largest remainders")
  func apportionment() {
    #expect(Apportionment.shares(of: 10, by: [1, 1, 1], within: 0...10) == [4, 3, 3])
    #expect(Apportionment.shares(of: 100, by: [1, 2, 7], within: 0...100) == [10, 20, 70])
    #expect(Apportionment.shares(of: 100, by: [1, 2, 7], within: 20...50) == [20, 30, 50])
    #expect(Apportionment.shares(of: 9, by: [0, 0, 0], within: 0...9) == [3, 3, 3])
  }

  @Test("an unknown allocator is refused with the known names")
  func unknown() {
    var request = CacheRequest(policy: "roco", budget: .slots(64))
    request.allocator = "fairy"
    let text = Small.refusal(request, prompt: 100, new: 1)?.description
    #expect(text == "allocator is 'fairy'; expected one of uniform, pyramid, ada, cake")
  }
}

/// Laws that hold for every policy under every allocator.
@Suite struct AllocatorLawTests {
  private static func request(_ policy: String, _ allocator: String, budget: Int, mode: EvictionMode = .hard)
    -> CacheRequest
  {
    var request = CacheRequest(policy: policy, budget: .slots(budget), stride: 8, recent: .slots(4))
    request.allocator = allocator
    request.mode = mode
    return request
  }

  /// Attention that lies on few slots in some heads and on many in others.
  private static func uneven(_ place: AttentionPlace) -> Float {
    let steep = Float(1 + place.layer * 2 + place.head * 3)
    return MadeUpAttention()(place) / steep + (place.position % (3 + place.head) == 0 ? 0.3 / steep : 0)
  }

  @Test(
    "all heads together hold the budget exactly, and no more than promised at any moment",
    arguments: Small.evictingPolicies, BudgetAllocators.names)
  func exactTotal(policy: String, allocator: String) throws {
    for (budget, mode) in [(24, EvictionMode.hard), (150, .hard), (150, .soft)] {
      let plan = try Small.plan(
        Self.request(policy, allocator, budget: budget, mode: mode), prompt: 320, new: 150)
      let run = try Simulation(plan)
      let heads = plan.shape.heads
      var mostBytes = 0
      run.run(attention: Self.uneven) {
        mostBytes = max(mostBytes, run.cache.residentBytes)
        let counts = run.kept.joined().map(\.count)
        #expect(counts.reduce(0, +) == run.cache.residentTotal)
        #expect(counts.allSatisfy { $0 <= plan.peakSlots })
      } afterEviction: {
        let fed = run.cache.logicalLength
        // Until then the layer that gets most is not full.
        let isFull = fed > budget + plan.schedule.offsets.upperBound
        guard isFull, plan.schedule.limit(fed: fed) != nil else { return }
        #expect(run.cache.residentTotal <= heads * budget)
        // A layer that cake allows more than it holds grows into it; all others are full.
        if allocator != "cake" { #expect(run.cache.residentTotal == heads * budget) }
      }
      #expect(mostBytes <= plan.peakBytes)
      run.pool.release(run.cache)
      #expect(run.pool.pagesInUse == 0 && run.pool.usedBytes == 0)
    }
  }

  @Test(
    "sinks, the newest slots and pins are never evicted", arguments: Small.evictingPolicies,
    BudgetAllocators.names)
  func protection(policy: String, allocator: String) throws {
    var request = Self.request(policy, allocator, budget: 64)
    request.pins = [70..<75, 20..<22, 21..<24]
    let plan = try Small.plan(request, prompt: 200, new: 100)
    let run = try Simulation(plan)
    let pinned = Set(20..<24).union(70..<75)
    run.run(attention: Self.uneven) {
    } afterEviction: {
      let fed = run.cache.logicalLength
      for positions in run.kept.joined() {
        #expect(positions.starts(with: 0..<min(4, fed)))
        #expect(positions.suffix(min(4, fed)) == Array(fed - min(4, fed)..<fed)[...])
        #expect(pinned.filter { $0 < fed }.isSubset(of: positions))
      }
    }
  }

  @Test(
    "keys and values stay with their positions while pages move between heads",
    arguments: Small.evictingPolicies, BudgetAllocators.names)
  func bytesStay(policy: String, allocator: String) throws {
    let run = try Simulation(
      Small.plan(Self.request(policy, allocator, budget: 48), prompt: 150, new: 60))
    run.writesBytes = true
    var foreign = 0
    run.run(attention: Self.uneven) { foreign += run.slotsWithForeignBytes }
    #expect(foreign == 0)
  }

  @Test(
    "budgets of a few slots or of one page hold where attention is equal or absent",
    arguments: Small.evictingPolicies, BudgetAllocators.names)
  func smallBudgets(policy: String, allocator: String) throws {
    for (budget, attention) in [(1, Float(0)), (2, 0.5), (5, 0), (16, 0.5), (16, 0)] {
      var request = CacheRequest(
        policy: policy, budget: .slots(budget), parameters: try Small.eachToken(policy))
      request.allocator = allocator
      let plan = try Small.plan(request, prompt: 60, new: evictsGenerated(policy) ? 30 : 0)
      let run = try Simulation(plan)
      run.run(attention: { _ in attention })
      #expect(run.cache.residentTotal <= plan.shape.heads * budget)
      #expect(run.kept.joined().allSatisfy { !$0.isEmpty && $0.count <= plan.peakSlots })
    }
  }

  private func evictsGenerated(_ policy: String) throws -> Bool {
    try EvictionPolicies.description(named: policy).evictsGenerated
  }

  @Test(
    "4,000 generated tokens stay within one page's budget and the promise",
    arguments: Small.evictingPolicies.filter { $0 != "snapkv" }, BudgetAllocators.names)
  func longRun(policy: String, allocator: String) throws {
    var request = CacheRequest(policy: policy, budget: .slots(16), sinks: 2)
    request.allocator = allocator
    let plan = try Small.plan(request, prompt: 40, new: 4000)
    let run = try Simulation(plan)
    var (worst, lost) = (0, 0)
    run.run(attention: { Float(($0.position &* 31 &+ $0.query &* 17) % 64) / 1024 }) {
      worst = max(worst, run.cache.residentBytes)
    } afterEviction: {
      if run.cache.logicalLength % 500 == 0 {
        lost += run.kept.joined().count { !$0.starts(with: [0, 1]) }
      }
    }
    #expect(worst <= plan.peakBytes && lost == 0)
    #expect(run.cache.residentTotal <= plan.shape.heads * (16 + plan.policy.interval))
    #expect(run.cache.logicalLength == 4040)
  }

  @Test("under ada a head of wide attention keeps more than one of narrow attention, and each its fifth")
  func adaMoves() throws {
    let plan = try Small.plan(Self.request("h2o", "ada", budget: 60), prompt: 300, new: 0)
    let run = try Simulation(plan)
    run.run(attention: { place in
      place.head == 0 ? 0.1 + Float(place.position % 7) * 1e-3 : (place.position < 6 ? 0.9 : 1e-4)
    })
    for layer in run.kept {
      #expect(layer[0].count > layer[1].count)
      #expect(layer[1].count >= 12)
    }
  }

  @Test("under cake a layer of wide and restless attention gets more than a calm one")
  func cakeMoves() throws {
    let plan = try Small.plan(Self.request("h2o", "cake", budget: 60), prompt: 400, new: 0)
    let run = try Simulation(plan)
    run.run(attention: { place in
      place.layer == 0
        ? Float((place.position * 7 + place.query * 13) % 11) / 300 : (place.position == 0 ? 1 : 0)
    })
    #expect(run.kept[0][0].count > run.kept[1][0].count)
  }
}
