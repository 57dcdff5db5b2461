/// One layer's eviction: brings its heads back to their limits, each by itself or in a contest.
struct LayerEviction {
  let cache: SequenceCache
  let layer: Int
  let heads: [HeadColumns]
  /// Slots that a head keeps, on average.
  let limit: Int
  let plan: CachePlan
  let ranking: Ranking
  let moment: EvictionMoment
  let firstCounted: Int

  func run(_ scratch: inout EvictionScratch) {
    if plan.averagesLast(in: moment.phase) { HeadColumns.averageLast(heads) }
    if plan.allocator.sharing == .layer {
      evictTogether(&scratch)
    } else {
      for head in heads.indices where heads[head].liveCount > limit { evict(head, &scratch) }
    }
  }

  private func evict(_ head: Int, _ scratch: inout EvictionScratch) {
    gather(head, &scratch)
    let live = heads[head].liveCount
    VictimPicker.pick(
      live - limit, by: ranking, at: moment(of: head, victims: live - limit), live: live, in: &scratch)
    heads[head].punch(scratch.victims, spare: &scratch.spare)
  }

  private func gather(_ head: Int, _ scratch: inout EvictionScratch) {
    heads[head].gather(
      into: &scratch.statistics, but: plan.protection(in: moment.phase), needs: plan.rankNeeds,
      fed: moment.fedTokens, firstCounted: firstCounted)
    let needs = plan.rankNeeds
    guard needs.keys || needs.values || needs.queryMoments else { return }
    scratch.read(cache.slots(layer: layer, head: head), needs)
    if needs.queryMoments {
      heads[head].readMoments(
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
    let due = heads.reduce(0) { $0 + $1.liveCount } - limit * heads.count
    guard due > 0 else { return }
    scratch.contest.removeAll(keepingCapacity: true)
    for head in heads.indices { enter(head, &scratch) }
    precondition(due <= scratch.contest.count, "a plan leaves more candidates than victims")
    let threshold = scratch.contestThreshold(due)
    // Candidates of several heads may tie; then the first heads' go.
    var ties = due - scratch.contest.count { $0.key < threshold }
    var next = 0
    for head in heads.indices {
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
      heads[head].punch(scratch.victims, spare: &scratch.spare)
    }
  }

  /// Enters a head's candidates into the contest, but for its best, which with the protected slots make its guaranteed share.
  private func enter(_ head: Int, _ scratch: inout EvictionScratch) {
    gather(head, &scratch)
    let live = heads[head].liveCount
    // The floor is of the counted slots; a prompt outside the budget comes on top.
    let floor = plan.allocator.floor(plan.allocation) + limit - plan.allocation.budget
    let mayGo = min(scratch.statistics.count, live - floor)
    guard mayGo > 0 else { return }
    ranking.rank(&scratch, at: moment(of: head, victims: mayGo))
    let guarded = ranking.guarded(scratch.statistics.count, due: mayGo, live: live)
    if guarded > 0 {
      VictimPicker.spareLargest(guarded, scratch.statistics, worth: &scratch.worth, keys: &scratch.keys)
    }
    scratch.enterContest(mayGo, head: head)
  }
}
