/// Which slots each phase protects, and whether a budget has room for them.
extension CacheSizing {
  func protection(_ phase: EvictionPhase, _ schedule: EvictionSchedule) -> Protection {
    let kept = description.easyKV.map { $0.keepsSinksInDecode } ?? true
    let sinks =
      phase == .decode && request.faithful && !kept ? 0 : protection.sinks(under: schedule.windowBudget)
    let prompt = phase == .decode && countsGenerated(schedule) ? promptTokens : 0
    return Protection(
      firstCandidate: max(sinks, prompt), recent: protection.recent(in: phase, under: schedule.windowBudget),
      pins: pins)
  }

  /// Whether the prompt is outside the budget; EasyKV's `auto` turns to that when the budget exceeds the prompt.
  private func countsGenerated(_ schedule: EvictionSchedule) -> Bool {
    schedule.decodeLimit.map { $0 > schedule.windowBudget } ?? false
  }

  /// Refuses a budget that the protected slots and one chunk exceed, unless the sequence is too short to evict.
  func checkProtection(_ schedule: EvictionSchedule) throws(CacheError) {
    if let limit = schedule.prefillLimit {
      try check(.prefill, limit: limit, schedule)
    }
    if let limit = schedule.decodeLimit, limit < schedule.withinBudgets + maxNewTokens {
      try check(.decode, limit: limit, schedule)
    }
  }

  private func check(
    _ phase: EvictionPhase, limit: Int, _ schedule: EvictionSchedule
  ) throws(CacheError) {
    let protection = protection(phase, schedule)
    let uncounted = phase == .decode && countsGenerated(schedule) ? promptTokens : 0
    let sinks = protection.firstCandidate - uncounted
    let pinned = pins.count(from: protection.firstCandidate)
    // EasyKV asks only for as many candidates as victims.
    let chunk = request.faithful ? 0 : chunk(phase, under: schedule.windowBudget)
    let budget = limit - uncounted + schedule.offsets.lowerBound
    guard sinks + protection.recent + pinned + chunk > budget else { return }
    throw .protectedDoNotFit(
      budget: budget, sinks: sinks, recent: protection.recent, pinned: pinned, chunk: chunk,
      enough: request.faithful ? nil : smallestBudget(phase, uncounted: uncounted, pinned: pinned))
  }

  /// Slots that must be left beside the protected ones; in a layer that gets less than others one will do.
  private func chunk(_ phase: EvictionPhase, under budget: Int) -> Int {
    let needsChunk = phase == .prefill && request.mode == .hard && offsets(budget).lowerBound == 0
    return needsChunk ? stride(under: budget) : 1
  }

  /// The budget at which what is needed stops growing past what is there: each round asks what the last answer would need.
  private func smallestBudget(_ phase: EvictionPhase, uncounted: Int, pinned: Int) -> Int? {
    var budget = 1
    for _ in 0..<200 {
      let sinks = max(0, protection.sinks(under: budget) - uncounted)
      let needed =
        sinks + protection.recent(in: phase, under: budget) + pinned + chunk(phase, under: budget)
      if needed <= budget { return budget }
      budget = min(needed, CacheRequest.mostSlots)
    }
    return nil
  }
}
