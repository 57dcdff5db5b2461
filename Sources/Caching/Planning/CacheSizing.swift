/// Turns the budget of a request into slots, and slots into a schedule and bytes.
struct CacheSizing {
  let request: CacheRequest
  let description: EvictionPolicyDescription
  let shape: CacheShape
  let promptTokens: Int
  let maxNewTokens: Int

  var protection: ProtectionDefaults { ProtectionDefaults(request: request, description: description) }

  init(
    request: CacheRequest, description: EvictionPolicyDescription, shape: CacheShape, promptTokens: Int,
    maxNewTokens: Int
  ) throws(CacheError) {
    let (total, overflow) = promptTokens.addingReportingOverflow(maxNewTokens)
    guard promptTokens >= 1, maxNewTokens >= 0, !overflow, total <= CacheRequest.mostSlots else {
      throw .tooManyTokens(promptTokens: promptTokens, maxNewTokens: maxNewTokens)
    }
    if request.faithful, description.easyKV == nil { throw .noFaithfulForm(policy: description.name) }
    if description.evicts, request.budget == nil { throw .budgetMissing(policy: description.name) }
    self.request = request
    self.description = description
    self.shape = shape
    self.promptTokens = promptTokens
    self.maxNewTokens = maxNewTokens
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
        max(1, Int(Double(request.scope == .generated ? maxNewTokens : promptTokens) * ratio))
      case .bytes(let bytes): try slots(in: bytes, atMost: tokens)
      }
    if !description.evicts, slots < promptTokens {
      throw .promptExceedsBudget(promptTokens: promptTokens, budget: slots)
    }
    return slots
  }

  func schedule(_ budget: Int) -> EvictionSchedule {
    guard description.evicts else {
      return .full(promptTokens: promptTokens, maxNewTokens: max(0, min(maxNewTokens, budget - promptTokens)))
    }
    let stride = protection.stride(under: budget)
    let make = request.faithful ? EvictionSchedule.easyKV : EvictionSchedule.exact
    return make(budget, request.scope, stride, promptTokens, maxNewTokens)
  }

  func layout(_ schedule: EvictionSchedule) -> ColumnLayout {
    ColumnLayout(
      peakSlots: schedule.peakSlots, victims: min(schedule.mostVictims, schedule.peakSlots),
      columns: description.columns)
  }

  func protection(_ phase: EvictionPhase, _ schedule: EvictionSchedule) -> Protection {
    let kept = description.easyKV.map { $0.keepsSinksInDecode } ?? true
    let sinks =
      phase == .decode && request.faithful && !kept ? 0 : protection.sinks(under: schedule.windowBudget)
    let prompt = phase == .decode && countsGenerated(schedule) ? promptTokens : 0
    return Protection(
      firstCandidate: max(sinks, prompt), recent: protection.recent(in: phase, under: schedule.windowBudget))
  }

  /// Whether the prompt is outside the budget; EasyKV's `auto` turns to that when the budget exceeds the prompt.
  private func countsGenerated(_ schedule: EvictionSchedule) -> Bool {
    schedule.decodeLimit.map { $0 > schedule.windowBudget } ?? false
  }

  /// The largest budget whose peak fits in `bytes`.
  private func slots(in bytes: Int, atMost tokens: Int) throws(CacheError) -> Int {
    let smallest = peakBytes(1) ?? .max
    guard smallest <= bytes else { throw .bytesTooFew(bytes: bytes, smallest: smallest) }
    var fits = 1
    var tooMany = tokens + 1
    while tooMany - fits > 1 {
      let middle = fits + (tooMany - fits) / 2
      if let needed = peakBytes(middle), needed <= bytes { fits = middle } else { tooMany = middle }
    }
    return fits
  }

  private func peakBytes(_ budget: Int) -> Int? { layout(schedule(budget)).totalBytes(shape) }
}

extension CacheSizing {
  /// Refuses a budget that the protected slots and one chunk exceed, unless the sequence is too short to evict.
  func checkProtection(_ schedule: EvictionSchedule) throws(CacheError) {
    if let limit = schedule.prefillLimit {
      try check(.prefill, limit: limit, chunk: schedule.stride, schedule)
    }
    if let limit = schedule.decodeLimit, limit < schedule.denseTokens + maxNewTokens {
      try check(.decode, limit: limit, chunk: 1, schedule)
    }
  }

  private func check(
    _ phase: EvictionPhase, limit: Int, chunk: Int, _ schedule: EvictionSchedule
  ) throws(CacheError) {
    let protection = protection(phase, schedule)
    let uncounted = phase == .decode && countsGenerated(schedule) ? promptTokens : 0
    let sinks = protection.firstCandidate - uncounted
    // EasyKV asks only for as many candidates as victims.
    let chunk = request.faithful ? 0 : chunk
    guard sinks + protection.recent + chunk > limit - uncounted else { return }
    throw .protectedDoNotFit(
      budget: limit - uncounted, sinks: sinks, recent: protection.recent, chunk: chunk,
      enough: request.faithful ? nil : smallestBudget(phase, uncounted: uncounted))
  }

  /// The budget at which what is needed stops growing past what is there: each round asks what the last answer would need.
  private func smallestBudget(_ phase: EvictionPhase, uncounted: Int) -> Int? {
    var budget = 1
    for _ in 0..<200 {
      let sinks = max(0, protection.sinks(under: budget) - uncounted)
      let chunk = phase == .prefill ? protection.stride(under: budget) : 1
      let needed = sinks + protection.recent(in: phase, under: budget) + chunk
      if needed <= budget { return budget }
      budget = min(needed, CacheRequest.mostSlots)
    }
    return nil
  }
}
