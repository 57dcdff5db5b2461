/// What a sequence's cache promises: its policy, its schedule and the most it will ever hold.
package struct CachePlan: Sendable {
  package let shape: CacheShape
  package let scope: BudgetScope
  /// Slots in each (layer, KV head) that the budget allows: counted over what `scope` says; nil for `full`.
  package let budgetSlots: Int?
  /// Most tokens, prompt included, that may be fed; generation must stop there with finish reason `length`.
  package let maxTotalTokens: Int
  /// Largest number of slots that a (layer, KV head) holds at any moment.
  package private(set) var peakSlots: Int
  /// Bytes of the cache when every head holds `peakSlots`; the pool reserves them, and the cache never takes more.
  ///
  /// The formula is in `Docs/policies.md`, under "Memory".
  package private(set) var peakBytes: Int
  /// Bytes beside the slots' keys and values: positions, statistics, page numbers, in q8 the newest tokens in half precision.
  package var bookkeepingBytes: Int { layouts.reduce(0) { $0 + shape.kvHeads * $1.headBytes } }
  /// First positions that are never evicted.
  package let sinks: Int

  /// What was asked.
  package private(set) var request: CacheRequest
  /// What the cache begins with, if it goes on from a saved one.
  let saved: SavedCache?

  let description: EvictionPolicyDescription
  private(set) var policy: any EvictionPolicy
  let allocator: any BudgetAllocator
  let allocation: AllocationSetting
  /// How much each layer's limits differ from the schedule's before any attention has been measured.
  let layerOffsets: [Int]
  let schedule: EvictionSchedule
  /// What is kept of slots in the heads of each layer: the same of each slot.
  private(set) var layouts: [ColumnLayout]
  /// Pages of each head of a layer, where none move between heads.
  private(set) var headPages: [Int]
  /// Pages of all heads together.
  private(set) var pageCount: Int
  /// Neighbours over which worth is pooled.
  let pool: Int
  let prefillProtection: Protection
  let decodeProtection: Protection

  /// The policy's name, never an alias.
  package var policyName: String { description.name }
  /// Prompt tokens in each forward that evicts.
  package var stride: Int { schedule.stride }
  /// Tokens that count as the prompt; those of later prompts of a saved cache count as generated.
  package var promptTokens: Int { schedule.promptTokens }
  /// Slots in each (layer, KV head) that pins keep.
  package var pinnedSlots: Int { prefillProtection.pins.count(from: 0) }
  /// First tokens of the prompt, in which nothing is counted or evicted.
  var denseTokens: Int { schedule.firstCounted.map { min($0, schedule.denseTokens) } ?? schedule.denseTokens }

  /// Checks a request against the model and the lengths of the sequence, and fixes all its numbers.
  ///
  /// - Parameters:
  ///   - request: what is asked of the cache; of a saved one, what was asked for it, but that pins and spans may follow its tokens.
  ///   - shape: the model's.
  ///   - promptTokens: all tokens of the prompt, those that a saved cache holds among them.
  ///   - maxNewTokens: most tokens to generate.
  ///   - saved: what the cache goes on from, holding fewer tokens than the prompt; its bytes are checked as well.
  /// - Throws: `CacheError`, which says what would be accepted.
  package init(
    _ request: CacheRequest, shape: CacheShape, promptTokens: Int, maxNewTokens: Int,
    resuming saved: SavedCache? = nil
  ) throws(CacheError) {
    try request.check()
    try saved?.record.check(request, shape: shape, promptTokens: promptTokens)
    let first = saved?.record.promptTokens ?? promptTokens
    let (later, overflow) = maxNewTokens.addingReportingOverflow(promptTokens - first)
    guard !overflow else { throw .tooManyTokens(promptTokens: promptTokens, maxNewTokens: maxNewTokens) }
    let sizing = try CacheSizing(
      request: request, shape: shape, promptTokens: first, maxNewTokens: later,
      resumed: saved.map { $0.record.fedTokens..<promptTokens })
    let budget = try sizing.budgetSlots()
    let schedule = sizing.schedule(budget)
    guard let bytes = sizing.peakBytes(schedule), let pages = sizing.pageCount(schedule) else {
      throw .sizeOverflow(slots: sizing.mostSlots(schedule).max() ?? 0)
    }
    self.shape = shape
    self.request = request
    self.saved = saved
    self.schedule = schedule
    description = sizing.description
    policy = sizing.policy
    allocator = sizing.allocator
    allocation = sizing.allocation(schedule.windowBudget)
    layerOffsets =
      request.faithful
      ? Array(repeating: 0, count: shape.layers) : allocator.offsets(allocation)
    layouts = sizing.layouts(schedule)
    headPages = layouts.map(\.pages)
    pageCount = pages
    pool = sizing.pool
    scope = sizing.scope
    budgetSlots = description.evicts ? budget : nil
    maxTotalTokens = schedule.promptTokens + schedule.maxNewTokens
    peakSlots = sizing.mostSlots(schedule).max() ?? 0
    peakBytes = bytes
    sinks = sizing.protection.sinks(under: schedule.windowBudget)
    prefillProtection = sizing.protection(.prefill, schedule)
    decodeProtection = sizing.protection(.decode, schedule)
    try sizing.checkProtection(schedule)
    try checkElastic()
    try saved?.check(for: self)
  }

  /// Refuses to be elastic where the cache cannot shrink evenly, or not as far as that.
  private func checkElastic() throws(CacheError) {
    guard let minimum = request.elasticMinimum else { return }
    guard scope == .total, let budgetSlots else {
      throw .contradiction("a cache can only shrink if its budget counts all tokens", "elastic")
    }
    guard !sharesPages, layerOffsets.allSatisfy({ $0 == 0 }) else {
      throw .contradiction("a cache whose heads differ in size cannot shrink", "elastic")
    }
    guard (1...budgetSlots).contains(minimum) else {
      throw .outOfRange(option: "elastic", value: "\(minimum)", expected: "1 to the budget, \(budgetSlots)")
    }
    _ = try with(budget: minimum)
  }

  private func with(budget: Int) throws(CacheError) -> CachePlan {
    var smaller = request
    (smaller.budget, smaller.elasticMinimum) = (.slots(budget), nil)
    return try CachePlan(
      smaller, shape: shape, promptTokens: promptTokens, maxNewTokens: schedule.maxNewTokens)
  }

  /// The plan of a cache of this plan from the moment that it has shrunk to `budget` slots, its prompt being fed.
  ///
  /// Its bookkeeping keeps its size.
  func shrunk(to budget: Int) throws(CacheError) -> CachePlan {
    var plan = try with(budget: budget)
    plan.request.elasticMinimum = request.elasticMinimum
    plan.layouts = layouts
    // A short sequence may never come to as much.
    plan.peakSlots = min(peakSlots, budget + schedule.interval)
    plan.headPages = headPages.enumerated().map { layer, pages in
      let window = shape.isWindowed(layer: layer) ? schedule.window : nil
      return min(pages, CacheShape.pages(min(budget + schedule.interval, window.map { $0 + 1 } ?? .max)))
    }
    plan.pageCount = shape.kvHeads * plan.headPages.reduce(0, +)
    plan.peakBytes = plan.pageCount * shape.pageBytes + bookkeepingBytes
    return plan
  }

  /// Whether pages move between heads, instead of each having its own for good.
  var sharesPages: Bool { allocator.sharing != .none }

  /// What is kept of slots, in whatever layer.
  var layout: ColumnLayout { layouts[0] }

  /// What a ranking reads; the allocator's needs are its own.
  var rankNeeds: StatisticNeeds {
    var needs = layout.needs
    needs.windowRows = policy.needs.windowRows
    return needs
  }

  /// How many prompt tokens the next forward takes when `fed` have been fed and there is room for `atMost`.
  ///
  /// 0 at the end of the prompt, and where a chunk that must not be split does not fit into `atMost`.
  package func nextChunk(fed: Int, atMost: Int) -> Int { schedule.nextChunk(fed: fed, atMost: atMost) }

  /// Tokens of the longest chunk of the prompt that must stay whole: a step without room for so many never gets to its end.
  package var longestChunk: Int { schedule.longestChunk }

  /// Newest slots that are never evicted in `phase`.
  package func recent(in phase: EvictionPhase) -> Int { protection(in: phase).recent }

  func protection(in phase: EvictionPhase) -> Protection {
    phase == .prefill ? prefillProtection : decodeProtection
  }
}

extension CachePlan {
  /// The same plan with another rule for what candidates are worth: how tests watch a policy, or hold it to known choices.
  func replacingPolicy(with policy: any EvictionPolicy) -> CachePlan {
    var plan = self
    plan.policy = policy
    return plan
  }

  /// Whether the heads of a layer share one last row: EasyKV's TOVA, in a prompt that alone is under the budget.
  func averagesLast(in phase: EvictionPhase) -> Bool {
    request.faithful && scope == .prefill && phase == .prefill
      && description.easyKV?.averagesLastInPrefill == true
  }

  /// The first position that the next token sees in `layer`: what is older is of no use there any more.
  func firstSeen(layer: Int, fed: Int) -> Int {
    guard let window = schedule.window, shape.isWindowed(layer: layer) else { return 0 }
    return max(0, fed - window)
  }

  /// The moment of an eviction in the first head of `layer`.
  func moment(_ phase: EvictionPhase, layer: Int, fed: Int) -> EvictionMoment {
    EvictionMoment(
      phase: phase, budgetSlots: schedule.windowBudget, stride: stride, sinks: sinks, seed: request.seed,
      layer: layer, head: 0, victims: 0, fedTokens: fed, rotary: shape.rotary(layer: layer))
  }
}
