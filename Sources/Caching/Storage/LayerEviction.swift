/// One layer's eviction: brings its heads back to their limits, each by itself or in a contest.
///
/// What plan and ranking hold is read through the cache: copies would cost a count of references for each part, and every thread's
/// layers would contend for these.
struct LayerEviction {
  let cache: SequenceCache
  let layer: Int
  /// Slots that a head keeps, on average.
  let limit: Int
  /// The moment in the layer's first head.
  let moment: EvictionMoment

  private var heads: Range<Int> { 0..<cache.plan.shape.kvHeads }

  func run(_ scratch: inout EvictionScratch) {
    if cache.plan.averagesLast(in: moment.phase) { HeadColumns.averageLast(heads.map(columns)) }
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
    gather(head, &scratch)
    VictimPicker.pick(due, by: cache.ranking, at: moment(of: head, victims: due), in: &scratch)
    columns.punch(scratch.victims, spare: &scratch.spare)
  }

  private func gather(_ head: Int, _ scratch: inout EvictionScratch) {
    let needs = cache.rankNeeds
    columns(head).gather(
      into: &scratch.statistics, but: cache.plan.protection(in: moment.phase), needs: needs,
      fed: moment.fedTokens, firstCounted: cache.firstCounted)
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
    for head in heads { enter(head, &scratch) }
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
      columns(head).punch(scratch.victims, spare: &scratch.spare)
    }
  }

  /// Enters a head's candidates into the contest, but for its best, which with the protected slots make its guaranteed share.
  private func enter(_ head: Int, _ scratch: inout EvictionScratch) {
    gather(head, &scratch)
    // The floor is of the counted slots; a prompt outside the budget comes on top.
    let allocation = cache.plan.allocation
    let floor = cache.plan.allocator.floor(allocation) + limit - allocation.budget
    let (count, live) = (scratch.statistics.count, columns(head).liveCount)
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
