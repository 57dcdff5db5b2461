/// Keeps what sequences have computed of their prompts, so that those which begin alike need not compute it again.
///
/// Two kinds are kept, in the pool's own pages: whole prefixes, which never-evicting caches share by reference and others' dense parts
/// are copied from; and snapshots of evicted caches, each good for sequences that would come to the very same state. What is reused is
/// bit for bit what would have been computed. Nothing kept is ever in the way of a sequence: what nobody reads is dropped when its
/// room is wanted, the least recently used first. Belongs to the pool's thread.
package final class PrefixCache {
  let pool: CachePool
  private(set) var tree = PrefixTree()
  private(set) var snapshots: [CacheSnapshot] = []
  /// Counts uses.
  private var now: UInt64 = 0

  /// One of so many bytes of the pool is dropped besides what must be.
  private static let droppedShare = 128

  /// Fewer tokens are not worth a copy.
  static let leastTokens = PrefixTree.blockTokens

  package init(pool: CachePool) { self.pool = pool }

  /// A cache that holds as much of the prompt as can be reused, always less than all of it; nil while there is no room for its peak.
  package func makeCache(_ plan: CachePlan, prompt: [Int32]) -> SequenceCache? {
    guard plan.peakBytes - sharedBytes(plan, prompt) <= roomBytes else { return nil }
    now += 1
    let (match, snapshot) = best(plan, prompt)
    if let snapshot, let cache = restore(snapshot, plan) { return cache }
    if var match {
      if let cache = takeOver(match, plan) { return cache }
      match.removePartial()
      if match.tokens > 0, let cache = takeOver(match, plan) { return cache }
    }
    return makeCache(plan)
  }

  /// An empty cache, nil while there is no room for its peak: for a sequence that is to reuse nothing.
  package func makeCache(_ plan: CachePlan) -> SequenceCache? {
    makeRoom(plan.peakBytes) ? pool.makeCache(plan) : nil
  }

  /// How many tokens `makeCache` would find.
  package func reusableTokens(_ plan: CachePlan, prompt: [Int32]) -> Int {
    let (match, snapshot) = best(plan, prompt)
    return match?.tokens ?? snapshot?.tokens.count ?? 0
  }

  /// The larger of what the tree and the snapshots have, if it is worth a copy.
  private func best(_ plan: CachePlan, _ prompt: [Int32]) -> (match: PrefixMatch?, snapshot: CacheSnapshot?) {
    let match = match(plan, prompt)
    let snapshot = snapshots.lazy.filter { $0.serves(plan, prompt) }.max { $0.tokens.count < $1.tokens.count }
    if let snapshot, snapshot.tokens.count >= match.tokens { return (nil, snapshot) }
    return (match.tokens >= Self.leastTokens ? match : nil, nil)
  }

  /// What the tree has of a prompt, as far as the plan can take it over.
  private func match(_ plan: CachePlan, _ prompt: [Int32]) -> PrefixMatch {
    var match = tree.match(prompt.prefix(plan.wholePrefixTokens), plan.request.positions)
    if plan.shape.keepsNewest { match.removePartial() }
    return match
  }

  private func sharedBytes(_ plan: CachePlan, _ prompt: [Int32]) -> Int {
    guard plan.neverEvicts else { return 0 }
    return match(plan, prompt).whole.count { $0.readers > 0 } * pool.blockBytes
  }

  private func restore(_ snapshot: CacheSnapshot, _ plan: CachePlan) -> SequenceCache? {
    snapshot.isInUse = true
    defer { snapshot.isInUse = false }
    guard let cache = makeCache(plan) else { return nil }
    snapshot.lastUse = now
    snapshot.restore(cache)
    return cache
  }

  private func takeOver(_ match: PrefixMatch, _ plan: CachePlan) -> SequenceCache? {
    let blocks = match.blocks
    let shared = plan.neverEvicts ? match.whole : []
    blocks.forEach(pool.lend)
    defer { blocks.forEach(pool.takeBack) }
    guard makeRoom(plan.peakBytes - shared.count * pool.blockBytes),
      let cache = pool.makeCache(plan, sharing: shared)
    else { return nil }
    touch(blocks)
    cache.takeOver(match.tokens, from: blocks)
    return cache
  }

  private func touch(_ blocks: [PrefixBlock]) { for block in blocks { block.lastUse = now } }
}

// What sequences leave here.
extension PrefixCache {
  /// Where copies of a sequence's cache are to be made, ascending: near the end of its prompt, and where it parts from one seen before.
  ///
  /// So what many prompts begin with is kept once the second has come, however they go on. `reused` tokens are there already.
  package func copyPoints(_ plan: CachePlan, prompt: [Int32], reused: Int) -> [Int] {
    guard !plan.neverEvicts else { return [] }
    let parting =
      snapshots.lazy.map { snapshot in
        plan.isAlike(snapshot.plan) ? Prefixes.common(snapshot.tokens[...], prompt[...]) : 0
      }
      .max() ?? 0
    let points = [plan.chunkEnd(atMost: parting), plan.chunkEnd(atMost: prompt.count - 1)]
    let known = max(reused, plan.takesWholePrefixes ? plan.wholePrefixTokens : 0)
    return Set(points.filter { $0 >= known + Self.leastTokens }).sorted()
  }

  /// Keeps what a sequence in its prompt has come to after a step: whole blocks as they fill, a copy if `isCopyPoint`.
  package func keep(_ cache: SequenceCache, prompt: [Int32], isCopyPoint: Bool) {
    now += 1
    let fed = cache.logicalLength
    if cache.plan.neverEvicts {
      move(cache, prompt.prefix(fed))
    } else if cache.plan.takesWholePrefixes, cache.isWhole, fed == cache.plan.denseTokens {
      copyBlocks(cache, prompt.prefix(fed))
    }
    if isCopyPoint { copy(cache, prompt.prefix(fed)) }
  }

  /// Keeps the blocks of a cache that is about to be released, generated tokens included; `tokens` are all that were fed.
  package func keepAtEnd(_ cache: SequenceCache, tokens: [Int32]) {
    let plan = cache.plan
    guard cache.isWhole, !plan.sharesPages, plan.neverEvicts || plan.takesWholePrefixes else { return }
    now += 1
    move(cache, tokens.prefix(cache.logicalLength))
  }

  /// Gives full blocks to the tree; the cache goes on reading them, or those with the same tokens that were there before.
  private func move(_ cache: SequenceCache, _ tokens: ArraySlice<Int32>) {
    var block = cache.shared.last ?? tree.root(cache.plan.request.positions)
    var rest = tokens.dropFirst(cache.shared.count * PrefixTree.blockTokens)
    var known: [PrefixBlock] = []
    while rest.count >= PrefixTree.blockTokens, let child = block.child(rest.prefix(PrefixTree.blockTokens)) {
      known.append(child)
      block = child
      rest = rest.dropFirst(PrefixTree.blockTokens)
    }
    pool.replaceBlocks(of: cache, by: known)
    while rest.count >= PrefixTree.blockTokens {
      let (parent, own) = (block, rest.prefix(PrefixTree.blockTokens))
      block = pool.moveBlock(of: cache) { parent.add(own, pages: $0) }
      rest = rest.dropFirst(PrefixTree.blockTokens)
    }
    touch(cache.shared)
  }

  /// Gives the tree copies of the full blocks that it lacks, as far as there is room.
  private func copyBlocks(_ cache: SequenceCache, _ tokens: ArraySlice<Int32>) {
    var path = tree.match(tokens, cache.plan.request.positions).whole
    path.forEach(pool.lend)
    defer { path.forEach(pool.takeBack) }
    let missing = tokens.count / PrefixTree.blockTokens - path.count
    // Once for all of them: what may be dropped is put in order for each call.
    _ = makeRoom(min(missing, max(0, roomBytes) / pool.blockBytes) * pool.blockBytes)
    for _ in 0..<missing {
      guard let pages = pool.keep(pages: pool.shape.heads) else { break }
      let parent = path.last ?? tree.root(cache.plan.request.positions)
      let own = tokens.dropFirst(path.count * PrefixTree.blockTokens).prefix(PrefixTree.blockTokens)
      let block = parent.add(own, pages: Array(pages.joined()))
      cache.copyBlock(path.count, to: block)
      pool.lend(block)
      path.append(block)
    }
    touch(path)
  }

  private func copy(_ cache: SequenceCache, _ tokens: ArraySlice<Int32>) {
    guard makeRoom(CacheSnapshot.bytes(of: cache)),
      let snapshot = CacheSnapshot(of: cache, tokens: Array(tokens), in: pool)
    else { return }
    snapshot.lastUse = now
    snapshots.append(snapshot)
  }
}

// Room.
extension PrefixCache {
  /// Bytes that are free or can be had by dropping what nobody reads.
  private var roomBytes: Int { pool.limitBytes - pool.reservedBytes - pool.lentBytes }

  /// Drops what was not used for longest until `bytes` are free; false, with nothing dropped, if that cannot be.
  ///
  /// A little more than that: in a full pool every sequence wants room, and would have all that is kept put in order.
  private func makeRoom(_ bytes: Int) -> Bool {
    guard bytes > pool.freeBytes else { return true }
    let inUse = snapshots.lazy.filter(\.isInUse).reduce(0) { $0 + self.bytes(of: $1) }
    guard bytes <= roomBytes - inUse else { return false }
    var missing = bytes - pool.freeBytes + pool.limitBytes / Self.droppedShare
    var (pages, bookkeeping) = ([UInt32](), 0)
    for entry in idle where missing > 0 {
      switch entry {
      case .block(let block):
        block.remove()
        pages += block.pages
        missing -= pool.blockBytes
      case .snapshot(let snapshot):
        snapshots.removeAll { $0 === snapshot }
        pages += snapshot.pages.joined()
        bookkeeping += snapshot.bookkeeping
        missing -= self.bytes(of: snapshot)
      }
    }
    pool.drop(pages, bookkeeping: bookkeeping)
    return true
  }

  private func bytes(of snapshot: CacheSnapshot) -> Int {
    snapshot.pages.reduce(0) { $0 + $1.count } * pool.shape.pageBytes + snapshot.bookkeeping
  }

  private enum Entry {
    case block(PrefixBlock)
    case snapshot(CacheSnapshot)

    /// The least recently used first, children before their parents, which are never older and never idle without them.
    var order: (lastUse: UInt64, depth: Int) {
      switch self {
      case .block(let block): (block.lastUse, -block.depth)
      case .snapshot(let snapshot): (snapshot.lastUse, 0)
      }
    }
  }

  /// What may be dropped, in the order in which it is.
  ///
  /// O(n log n).
  private var idle: [Entry] {
    let entries =
      tree.blocks.filter { $0.readers == 0 }.map(Entry.block)
      + snapshots.filter { !$0.isInUse }.map(Entry.snapshot)
    // Plain numbers are compared several times as fast as what they stand for.
    var order = entries.enumerated().map { index, entry in (entry.order.lastUse, entry.order.depth, index) }
    order.sort { $0 < $1 }
    return order.map { entries[$0.2] }
  }
}
