/// Turns the budget of a request into slots, and slots into a schedule and bytes.
struct CacheSizing {
  let request: CacheRequest
  let description: EvictionPolicyDescription
  let policy: any EvictionPolicy
  let allocator: any BudgetAllocator
  let shape: CacheShape
  let promptTokens: Int
  let maxNewTokens: Int
  /// Tokens of a later prompt that a saved cache is still to be fed.
  let resumed: Range<Int>?
  let pins: Pins

  var protection: ProtectionDefaults { ProtectionDefaults(request: request, description: description) }
  var scope: BudgetScope { request.scope ?? (description.evictsGenerated ? .total : .prefill) }

  init(
    request: CacheRequest, shape: CacheShape, promptTokens: Int, maxNewTokens: Int, resumed: Range<Int>? = nil
  ) throws(CacheError) {
    description = try EvictionPolicies.description(named: request.policy)
    policy = try description.policy(with: request.parameters)
    allocator = try BudgetAllocators.allocator(named: request.allocator)
    let (total, overflow) = promptTokens.addingReportingOverflow(maxNewTokens)
    guard promptTokens >= 1, maxNewTokens >= 0, !overflow, total <= CacheRequest.mostSlots else {
      throw .tooManyTokens(promptTokens: promptTokens, maxNewTokens: maxNewTokens)
    }
    pins = try Pins(request.pins, promptTokens: resumed?.upperBound ?? promptTokens)
    self.request = request
    self.shape = shape
    self.promptTokens = promptTokens
    self.maxNewTokens = maxNewTokens
    self.resumed = resumed
    try checkCombination()
  }

  /// Tokens of the request's prompt, of which a saved cache holds the beginning.
  private var promptEnd: Int { resumed?.upperBound ?? promptTokens }

  /// Refuses what each by itself would be possible.
  private func checkCombination() throws(CacheError) {
    if request.faithful, description.easyKV == nil { throw .noFaithfulForm(policy: description.name) }
    if description.evicts, request.budget == nil { throw .budgetMissing(policy: description.name) }
    if !description.evictsGenerated, scope != .prefill { throw .promptsOnly(policy: description.name) }
    if request.positions == .cache, description.needsOriginalPositions {
      throw .contradiction(
        "policy '\(description.name)' needs keys at their original positions", "positions=cache")
    }
    if request.positions == .cache, shape.learnsPositions {
      throw .contradiction(
        "this model learned a vector for each position instead of rotating keys, which keep the one that they have",
        "positions=cache")
    }
    if request.positions == .cache, request.allocator != UniformAllocator.name {
      throw .contradiction("cache positions need heads of equal size", "allocator=\(request.allocator)")
    }
    if request.modifiers.fair, allocator.sharing == .layer {
      throw .contradiction("under allocator=\(request.allocator) heads compete for slots", "fair=true")
    }
    var end = 0
    for span in request.spans {
      guard span.lowerBound >= end, span.upperBound <= promptEnd else {
        throw .outOfRange(
          option: "spans", value: "\(span.lowerBound) to \(span.upperBound &- 1)",
          expected: "positions of the prompt, 0 to \(promptEnd - 1), ascending and apart")
      }
      end = span.upperBound
    }
    let rows = policy.needs.windowRows
    if isObserved, let stride = request.stride, stride > rows {
      throw .outOfRange(
        option: "stride", value: "\(stride)", expected: "at most the policy's window, \(rows)")
    }
  }

  /// The budget in slots; without one, room for every token.
  func budgetSlots() throws(CacheError) -> Int {
    let tokens = promptTokens + maxNewTokens
    let slots =
      switch request.budget {
      case nil: tokens
      // More slots than positions are never used, so the rest of the arithmetic need not fear large numbers.
      case .slots(let count): min(count, CacheRequest.mostSlots)
      case .ratio(let ratio):
        max(1, Int(Double(scope == .generated ? maxNewTokens : promptTokens) * ratio))
      case .bytes(let bytes): try slots(in: bytes, atMost: tokens)
      }
    if !description.evicts, slots < promptEnd {
      throw .promptExceedsBudget(promptTokens: promptEnd, budget: slots)
    }
    return slots
  }

  func schedule(_ budget: Int) -> EvictionSchedule {
    var schedule = description.evicts ? evictingSchedule(budget) : fullSchedule(budget)
    schedule.window = window(over: promptTokens + schedule.maxNewTokens)
    schedule.resumed = resumed
    return schedule
  }

  private func fullSchedule(_ budget: Int) -> EvictionSchedule {
    let new = max(0, min(maxNewTokens, budget - promptTokens))
    guard window(over: promptTokens + new) != nil else {
      return .full(promptTokens: promptTokens, maxNewTokens: new, stride: promptTokens)
    }
    let stride = stride(under: budget)
    var schedule = EvictionSchedule.full(promptTokens: promptTokens, maxNewTokens: new, stride: stride)
    schedule.denseChunk = max(stride, ProtectionDefaults.largeStride)
    return schedule
  }

  /// Slots that remain in layers with a sliding window in a sequence of so many tokens; nil if it ends before any leaves it.
  ///
  /// Where keys are read at the cache's positions, so is the window: it is over the slots that are left, and all heads hold equally many.
  private func window(over tokens: Int) -> Int? {
    guard request.positions == .original, let window = shape.window?.earlierTokens else { return nil }
    return window < tokens ? window : nil
  }

  private func evictingSchedule(_ budget: Int) -> EvictionSchedule {
    let stride = stride(under: budget)
    var schedule =
      request.faithful
      ? EvictionSchedule.easyKV(
        budget: budget, scope: scope, stride: stride, promptTokens: promptTokens, maxNewTokens: maxNewTokens)
      : .exact(
        budget: budget, scope: scope, stride: stride, promptTokens: promptTokens, maxNewTokens: maxNewTokens,
        offsets: offsets(budget))
    schedule.keepsAttention = request.keepAttention
    // Larger chunks are faster, where none has to be followed by an eviction.
    schedule.denseChunk = isObserved ? stride : max(stride, ProtectionDefaults.largeStride)
    schedule.mode = request.mode
    schedule.interval = policy.interval
    return schedule
  }

  /// The smallest and the largest difference of a layer's budget from the average.
  func offsets(_ budget: Int) -> ClosedRange<Int> {
    let offsets = allocator.offsets(allocation(budget))
    return (offsets.min() ?? 0)...(offsets.max() ?? 0)
  }

  /// What a policy's own columns are written from must still be in the window.
  func stride(under budget: Int) -> Int {
    let stride = protection.stride(under: budget)
    return isObserved ? min(stride, policy.needs.windowRows) : stride
  }

  /// Whether the policy writes columns of its own from the window, which must hold all queries of a chunk.
  private var isObserved: Bool { policy.needs.memoryColumns > 0 }

  /// What the allocator may depend on under a budget of `budget` slots.
  func allocation(_ budget: Int) -> AllocationSetting {
    let recent = max(
      protection.recent(in: .prefill, under: budget), protection.recent(in: .decode, under: budget))
    let sinks = protection.sinks(under: budget)
    return AllocationSetting(
      layers: shape.layers, kvHeads: shape.kvHeads, budget: budget, recent: recent,
      least: min(budget, sinks + recent + pins.count(from: sinks) + 1))
  }

  /// What has to be kept for policy, modifiers and allocator.
  var needs: StatisticNeeds {
    var needs = policy.needs
    let modifiers = request.modifiers
    needs.windowRows = max(needs.windowRows, allocator.windowRows)
    needs.valueNorms = needs.valueNorms || modifiers.value || modifiers.guardShare > 0
    needs.order = needs.order || pool > 1
    if let reduce = modifiers.reduce { needs.joinsByMaximum = reduce == .max }
    return description.evicts ? needs : StatisticNeeds()
  }

  /// Neighbours over which worth is pooled.
  var pool: Int { request.modifiers.pool ?? description.pool }
}

extension CacheSizing {
  /// What is kept beside keys and values in the heads of each layer.
  func layouts(_ schedule: EvictionSchedule) -> [ColumnLayout] {
    mostSlots(schedule).map { slots in
      ColumnLayout(
        peakSlots: slots, victims: takesManyAtOnce ? slots : min(schedule.mostVictims, slots), needs: needs,
        ranks: request.positions == .cache, counts: request.modifiers.decay < 1,
        queryValues: shape.queryHeads / shape.kvHeads * shape.headDimension, newestBytes: shape.newestBytes)
    }
  }

  /// Whether one eviction may take more than is usual: where limits change, or the whole budget does.
  private var takesManyAtOnce: Bool { allocator.sharing != .none || request.elasticMinimum != nil }

  /// The most slots that a head comes to hold, in each layer.
  func mostSlots(_ schedule: EvictionSchedule) -> [Int] {
    let peaks = peakSlots(schedule)
    let grows =
      switch allocator.sharing {
      case .none: false
      case .layer: schedule.prefillLimit != nil || schedule.decodeLimit != nil
      // Layers are weighed in the prompt only.
      case .model: schedule.prefillLimit != nil
      }
    guard grows else { return peaks }
    let setting = allocation(schedule.windowBudget)
    return peaks.map { _ in schedule.peakSlots(offset: allocator.ceiling(setting) - setting.budget) }
  }

  /// The most slots that a head comes to hold on average, in each layer.
  private func peakSlots(_ schedule: EvictionSchedule) -> [Int] {
    allocator.offsets(allocation(schedule.windowBudget)).enumerated().map { layer, offset in
      schedule.peakSlots(offset: offset, isWindowed: shape.isWindowed(layer: layer))
    }
  }

  /// Pages of all heads together at the peak; where heads share, each may leave most of its last page empty.
  func pageCount(_ schedule: EvictionSchedule) -> Int? {
    let lanes = CacheShape.slotsPerPage
    let peaks = peakSlots(schedule)
    let (most, overflow) = shape.heads.multipliedReportingOverflow(by: (peaks.max() ?? 0) + lanes)
    guard !overflow else { return nil }
    switch allocator.sharing {
    case .none: return peaks.reduce(0) { $0 + shape.kvHeads * CacheShape.pages($1) }
    case .layer: return peaks.reduce(0) { $0 + shape.kvHeads * ($1 + lanes - 1) / lanes }
    // Layers without a window may come to hold what those with one leave them.
    case .model: return (most - shape.heads) / lanes
    }
  }

  /// Bytes of all pages and blocks at the peak, or nil if that overflows.
  func peakBytes(_ schedule: EvictionSchedule) -> Int? {
    guard let pages = pageCount(schedule) else { return nil }
    let (pageBytes, pagesOverflow) = pages.multipliedReportingOverflow(by: shape.pageBytes)
    let blocks = layouts(schedule).reduce(0) { $0 + $1.headBytes }
    let (blockBytes, blocksOverflow) = blocks.multipliedReportingOverflow(by: shape.kvHeads)
    let (total, overflow) = pageBytes.addingReportingOverflow(blockBytes)
    return pagesOverflow || blocksOverflow || overflow ? nil : total
  }

  /// The largest budget whose peak fits in `bytes`.
  private func slots(in bytes: Int, atMost tokens: Int) throws(CacheError) -> Int {
    let peak = { (budget: Int) in peakBytes(schedule(budget)) ?? .max }
    guard peak(1) <= bytes else { throw .bytesTooFew(bytes: bytes, smallest: peak(1)) }
    var fits = 1
    var tooMany = tokens + 1
    while tooMany - fits > 1 {
      let middle = fits + (tooMany - fits) / 2
      if peak(middle) <= bytes { fits = middle } else { tooMany = middle }
    }
    return fits
  }
}
