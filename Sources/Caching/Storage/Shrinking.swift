/// A cache that gives up a part of its budget while it lives.
///
/// `CachePool.shrink` only says to how much; the slots go by the cache's own policy, in an eviction like any other, after which `trim`
/// gives the pages back.
extension SequenceCache {
  /// Whether the cache could go on with fewer slots than it has now.
  package var canShrink: Bool {
    guard let minimum = plan.request.elasticMinimum, let budget = plan.budgetSlots else { return false }
    return budget > minimum && logicalLength >= plan.promptTokens && limits == nil
  }

  /// Makes an eviction down to `budget` slots due.
  func beginShrinking(to plan: CachePlan, budget: Int) {
    closeHoles()
    self.plan = plan
    // What the last step counted has been seen already.
    (newCount, isCounted) = (0, false)
    limits = StepLimits(budget: budget, window: nil)
  }

  /// Returns the pages behind those that the plan needs.
  func cutPages(of oldPlan: CachePlan) -> [UInt32] {
    closeHoles()
    var cut: [UInt32] = []
    var own: [Range<UInt32>] = []
    for index in 0..<plan.shape.heads {
      let head = head(index)
      head.returnPages { _ in pool.endPage() }
      for entry in 0..<oldPlan.headPages[index / plan.shape.kvHeads] {
        // Safety: every head was dealt so many pages.
        let page = unsafe head.pages[entry]
        if entry < ownedPages(index) { FreePages.append(page..<page + 1, to: &own) } else { cut.append(page) }
      }
    }
    pages = own
    return cut
  }

  private func closeHoles() {
    for index in 0..<plan.shape.heads { _ = head(index).reuseHoles(0, at: logicalLength, in: pool) }
  }
}

extension CachePool {
  /// Bytes that would be free if a cache had `budget` slots from now on, 0 if it cannot shrink to them.
  package func bytesGained(_ cache: SequenceCache, shrunkTo budget: Int) -> Int {
    guard let plan = try? cache.plan.shrunk(to: budget) else { return 0 }
    return max(0, cache.plan.peakBytes - plan.peakBytes)
  }

  /// Lets a cache go on with `budget` slots: `evict` is to run the eviction that is then due, and afterwards its pages are free.
  ///
  /// Between two steps, for caches that `canShrink`; `budget` must not be below the request's minimum. False, and nothing has changed, if
  /// what is protected does not fit so few slots: shares of a budget are rounded, so that may be while it fits fewer.
  package func shrink(_ cache: SequenceCache, to budget: Int, evict: () -> Void) -> Bool {
    precondition(cache.pool === self && !cache.isReleased && cache.canShrink, "a live cache that may shrink")
    let old = cache.plan
    guard let plan = try? old.shrunk(to: budget) else { return false }
    cache.beginShrinking(to: plan, budget: budget)
    evict()
    giveBack(cache.cutPages(of: old), promise: old.peakBytes - plan.peakBytes)
    return true
  }
}
