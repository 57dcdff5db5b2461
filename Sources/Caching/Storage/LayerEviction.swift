/// One layer's eviction: brings its heads back to their limits, each by itself or in a contest.
///
/// What no later token sees goes first, the oldest before the others, protected or not; only then the policy chooses.
///
/// What the ranking holds is read through the cache, and the plan is asked once a layer: a copy, which every call to a method of
/// the plan makes, costs a count of references for each part, and every thread's layers contend for these.
struct LayerEviction {
  private let cache: SequenceCache
  private let layer: Int
  /// Slots that a head keeps, on average.
  private let limit: Int
  /// The moment in the layer's first head.
  private let moment: EvictionMoment
  private let protection: Protection
  /// What is older has left the layer's window.
  private let oldest: Int
  private let averagesLast: Bool

  private var heads: Range<Int> { 0..<cache.plan.shape.kvHeads }

  init(cache: SequenceCache, layer: Int, limit: Int, phase: EvictionPhase) {
    self.cache = cache
    self.layer = layer
    self.limit = limit
    let plan = cache.plan
    moment = plan.moment(phase, layer: layer, fed: cache.logicalLength)
    protection = plan.protection(in: phase)
    oldest = plan.firstSeen(layer: layer, fed: cache.logicalLength)
    averagesLast = plan.averagesLast(in: phase)
  }

  func run(_ scratch: inout EvictionScratch) {
    if averagesLast { HeadColumns.averageLast(heads.map(columns)) }
    if cache.plan.allocator.sharing == .layer {
      evictTogether(&scratch)
    } else {
      for head in heads { evict(head, &scratch) }
    }
  }

  private func columns(_ head: Int) -> HeadColumns { cache.head(layer: layer, head: head) }

  private func evict(_ head: Int, _ scratch: inout EvictionScratch) {
    let columns = columns(head)
    let due = columns.liveCount - limit
    guard due > 0 else { return }
    let left = due - listUnseen(head, &scratch)
    scratch.victims.removeAll(keepingCapacity: true)
    if left > 0 {
      gather(head, &scratch)
      VictimPicker.pick(left, by: cache.ranking, at: moment(of: head, victims: left), in: &scratch)
    }
    if !scratch.unseen.isEmpty {
      if left < 0 { scratch.unseen.sort { columns.position($0) < columns.position($1) } }
      scratch.victims += scratch.unseen.prefix(due)
      scratch.victims.sort()
    }
    columns.punch(scratch.victims, spare: &scratch.spare)
  }

  /// Lists what a head holds that no later token sees; returns how much that is.
  @discardableResult
  private func listUnseen(_ head: Int, _ scratch: inout EvictionScratch) -> Int {
    columns(head).listSlots(before: oldest, into: &scratch.unseen)
    return scratch.unseen.count
  }

  private func gather(_ head: Int, _ scratch: inout EvictionScratch) {
    let needs = cache.rankNeeds
    columns(head).gather(
      into: &scratch.statistics, but: protection, from: oldest,
      needs: needs, fed: moment.fedTokens, firstCounted: cache.firstCounted)
    guard needs.keys || needs.values || needs.queryMoments else { return }
    scratch.read(cache.slots(layer: layer, head: head), needs)
    if needs.queryMoments {
      columns(head).readMoments(
        into: &scratch.statistics, tokens: moment.fedTokens - SequenceCache.momentsFrom)
    }
  }

  private func moment(of head: Int, victims: Int) -> EvictionMoment {
    var moment = moment
    moment.head = head
    moment.victims = victims
    return moment
  }
}

extension LayerEviction {
  /// Takes the least worthy of all heads' candidates, but for those that each head keeps in any case.
  ///
  /// O(slots of the layer) on average.
  private func evictTogether(_ scratch: inout EvictionScratch) {
    let due = heads.reduce(0) { $0 + columns($1).liveCount } - limit * heads.count
    guard due > 0 else { return }
    scratch.contest.removeAll(keepingCapacity: true)
    let isDecided = heads.reduce(0) { $0 + listUnseen($1, &scratch) } >= due
    for head in heads {
      enterUnseen(head, &scratch)
      if !isDecided { enter(head, &scratch) }
    }
    precondition(due <= scratch.contest.count, "a plan leaves more candidates than victims")
    let threshold = scratch.contestThreshold(due)
    // Candidates of several heads may tie; then the first heads' go.
    var ties = due - scratch.contest.count { $0.key < threshold }
    var next = 0
    for head in heads {
      scratch.victims.removeAll(keepingCapacity: true)
      while next < scratch.contest.count, scratch.contest[next].head == Int32(head) {
        let contestant = scratch.contest[next]
        next += 1
        if contestant.key > threshold { continue }
        if contestant.key == threshold {
          if ties == 0 { continue }
          ties -= 1
        }
        scratch.victims.append(contestant.slot)
      }
      if oldest > 0 { scratch.victims.sort() }
      columns(head).punch(scratch.victims, spare: &scratch.spare)
    }
  }

  /// Enters what a head holds that no later token sees: it is worth less than all that is seen.
  private func enterUnseen(_ head: Int, _ scratch: inout EvictionScratch) {
    listUnseen(head, &scratch)
    for slot in scratch.unseen {
      let key = RankKey(-1, position: columns(head).position(slot))
      scratch.contest.append(Contestant(key: key, head: Int32(head), slot: slot))
    }
  }

  /// Enters a head's candidates into the contest, but for its best, which with the protected slots make its guaranteed share.
  private func enter(_ head: Int, _ scratch: inout EvictionScratch) {
    gather(head, &scratch)
    // The floor is of the counted slots; a prompt outside the budget comes on top.
    let allocation = cache.plan.allocation
    let floor = cache.plan.allocator.floor(allocation) + limit - allocation.budget
    let (count, live) = (scratch.statistics.count, columns(head).liveCount - scratch.unseen.count)
    // If every head offers what it would give up alone, together they offer enough.
    let guarded = cache.ranking.guarded(count, due: min(count, max(0, live - limit)))
    let mayGo = min(count - guarded, live - floor)
    guard mayGo > 0 else { return }
    cache.ranking.rank(&scratch, at: moment(of: head, victims: mayGo))
    if guarded > 0 {
      VictimPicker.spareLargest(guarded, scratch.statistics, worth: &scratch.worth, keys: &scratch.keys)
    }
    scratch.enterContest(mayGo, head: head)
  }
}
