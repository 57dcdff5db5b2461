@testable import Caching
import Dispatch
import Kernels

/// One attention weight: what query `query` (a position) of a KV head's group gives to the slot of `position`.
struct AttentionPlace {
  let layer: Int
  let head: Int
  let query: Int
  let position: Int
  /// Rank of the slot's position among those resident.
  let rank: Int
  /// Queries in this forward before this one.
  let queryInChunk: Int
}

/// Runs one sequence through a cache, playing the kernels: statistics from made-up attention, keys and values that name their position.
final class Simulation {
  let pool: CachePool
  let plan: CachePlan
  let cache: SequenceCache
  private let instructions: InstructionSet
  private var scratch: EvictionScratch
  /// Whether to write keys and values.
  var writesBytes = false
  /// The sequence's tokens, which decide what is written beside the position; 0 where there are none.
  var tokens: [Int32] = []
  /// Whether each layer is evicted by a thread of its own.
  var evictsInParallel = false

  convenience init(_ plan: CachePlan, pool: CachePool) throws {
    guard let cache = pool.makeCache(plan) else { throw NoRoom() }
    try self.init(plan, cache: cache)
  }

  init(_ plan: CachePlan, cache: SequenceCache) throws {
    pool = cache.pool
    self.plan = plan
    self.cache = cache
    instructions = try InstructionSet()
    scratch = EvictionScratch(instructions: instructions)
  }

  convenience init(_ plan: CachePlan) throws {
    try self.init(plan, pool: CachePool(limitBytes: plan.peakBytes, shape: plan.shape))
  }

  struct NoRoom: Error {}

  /// Feeds the whole sequence, prompt chunks of at most `atMost` tokens; calls back before and after each eviction.
  func run(
    atMost: Int = .max, attention: (AttentionPlace) -> Float, beforeEviction: () -> Void = {},
    afterEviction: () -> Void = {}
  ) {
    while cache.logicalLength < plan.maxTotalTokens {
      let prompt = plan.nextChunk(fed: cache.logicalLength, atMost: atMost)
      step(max(1, prompt), attention: attention, beforeEviction: beforeEviction)
      afterEviction()
    }
  }

  /// One forward of `count` tokens and the eviction after it.
  func step(_ count: Int, attention: (AttentionPlace) -> Float, beforeEviction: () -> Void = {}) {
    cache.append(count)
    for layer in 0..<plan.shape.layers {
      for head in 0..<plan.shape.kvHeads { attend(layer, head, count, attention) }
    }
    beforeEviction()
    evictDue()
  }

  /// Evicts what is due, and ends the step.
  func evictDue() {
    evict()
    cache.endStep()
  }

  private func evict() {
    guard cache.hasWorkDue else { return }
    cache.prepareEviction()
    guard evictsInParallel else {
      for layer in 0..<plan.shape.layers { cache.evict(layer: layer, scratch: &scratch) }
      return
    }
    nonisolated(unsafe) let cache = cache
    let instructions = instructions
    DispatchQueue.concurrentPerform(iterations: plan.shape.layers) { layer in
      var scratch = EvictionScratch(instructions: instructions)
      cache.evict(layer: layer, scratch: &scratch)
    }
  }

  private func attend(_ layer: Int, _ head: Int, _ count: Int, _ attention: (AttentionPlace) -> Float) {
    let slots = cache.slots(layer: layer, head: head)
    let columns = slots.columns
    let positions = cache.positions(layer: layer, head: head)
    if writesBytes {
      for index in 0..<count {
        let slot = Int(slots.newSlots[index])
        write(slot, positions, layer, head)
        for (index, byte) in newestBytes(positions[slot], layer, head).enumerated() {
          byte.pointee = newestPattern(positions[slot], layer, head, index)
        }
      }
    }
    if let norms = columns.valueNorms {
      for index in 0..<count {
        norms[Int(slots.newSlots[index])] = Float((cache.logicalLength - count + index) % 7)
      }
    }
    guard columns.sums != nil || columns.squares != nil || columns.window != nil else { return }
    let order = positions.indices.sorted { positions[$0] < positions[$1] }
    for index in 0..<count {
      let query = cache.logicalLength - count + index
      if let window = columns.window {
        for slot in 0..<slots.slotCount {
          window[query % columns.windowRows * columns.windowStride + slot] = 0
        }
      }
      for (rank, slot) in order.enumerated() where positions[slot] <= query {
        let weight = attention(
          AttentionPlace(
            layer: layer, head: head, query: query, position: positions[slot], rank: rank, queryInChunk: index
          ))
        columns.sums?[slot] += weight
        columns.squares?[slot] += weight * weight
        columns.window.map { $0[query % columns.windowRows * columns.windowStride + slot] = weight }
      }
    }
  }

  /// All heads' live positions, ascending.
  var kept: [[[Int]]] {
    (0..<plan.shape.layers).map { layer in
      (0..<plan.shape.kvHeads).map { cache.positions(layer: layer, head: $0).sorted() }
    }
  }
}

extension Simulation {
  /// What byte `index` of the key and the value of a position holds: of finite numbers.
  private func pattern(_ position: Int, _ layer: Int, _ head: Int, _ index: Int) -> UInt8 {
    let token = tokens.indices.contains(position) ? Int(tokens[position]) : 0
    let number = position &* 31 &+ layer &* 7919 &+ head &* 104_729 &+ index &* 3 &+ token &* 977
    return UInt8(truncatingIfNeeded: (number &* 0x9E37_79B9) >> 16) & 0xBF
  }

  private func newestPattern(_ position: Int, _ layer: Int, _ head: Int, _ index: Int) -> UInt8 {
    pattern(position, layer, head, index + 1000)
  }

  /// A token's part of the newest page, which is anything that no other token of its block has; nothing where there is no page.
  private func newestBytes(_ position: Int, _ layer: Int, _ head: Int) -> [UnsafeMutablePointer<UInt8>] {
    let columns = cache.head(layer: layer, head: head)
    guard let page = columns.newestPage else { return [] }
    let part = columns.layout.newestBytes / NewestPage.tokensPerPage
    let start = page.assumingMemoryBound(to: UInt8.self) + position % NewestPage.tokensPerPage * part
    return (0..<part).map { start + $0 }
  }

  private func write(_ slot: Int, _ positions: [Int], _ layer: Int, _ head: Int) {
    for (index, byte) in bytes(slot, layer, head).enumerated() {
      byte.pointee = pattern(positions[slot], layer, head, index)
    }
  }

  /// All bytes of a slot's key and value, where the documented layout of a page has them.
  private func bytes(_ slot: Int, _ layer: Int, _ head: Int) -> [UnsafeMutablePointer<UInt8>] {
    let slots = cache.slots(layer: layer, head: head)
    let (page, lane, dimension) = (Int(slots.pages[slot / 16]), slot % 16, plan.shape.headDimension)
    let (size, scaleBytes) = plan.shape.type == .f16 ? (2, 0) : (1, 2)
    let halfPageBytes = 16 * (dimension * size + scaleBytes)
    return [(slots.keys, true), (slots.values, false)].flatMap { half, isKey in
      let start = (half + page * halfPageBytes).assumingMemoryBound(to: UInt8.self)
      let numbers = (0..<dimension).map { isKey ? $0 * 16 + lane : lane * dimension + $0 }
      let scale = start + 16 * dimension * size + scaleBytes * lane
      return numbers.flatMap { number in (0..<size).map { start + number * size + $0 } }
        + (0..<scaleBytes).map { scale + $0 }
    }
  }

  /// Live slots whose keys or values are not those of their position; nor those of the next token's block in the newest page.
  var slotsWithForeignBytes: Int {
    var count = 0
    for layer in 0..<plan.shape.layers {
      for head in 0..<plan.shape.kvHeads {
        let columns = cache.head(layer: layer, head: head)
        for slot in 0..<columns.slotCount where columns.slotPositions[slot] >= 0 {
          let position = Int(columns.slotPositions[slot])
          let isOwn = bytes(slot, layer, head).enumerated().allSatisfy { index, byte in
            byte.pointee == pattern(position, layer, head, index)
          }
          let isOfNextBlock =
            position / NewestPage.tokensPerPage == cache.logicalLength / NewestPage.tokensPerPage
          let isKept = newestBytes(position, layer, head).enumerated().allSatisfy { index, byte in
            !isOfNextBlock || byte.pointee == newestPattern(position, layer, head, index)
          }
          count += isOwn && isKept ? 0 : 1
        }
      }
    }
    return count
  }
}
