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
    if writesBytes { for index in 0..<count { write(Int(slots.newSlots[index]), positions, layer, head) } }
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
  /// The bits that number `dimension` of the key (or value) of a position holds.
  private func pattern(_ position: Int, _ layer: Int, _ head: Int, _ dimension: Int, isKey: Bool) -> UInt16 {
    let token = tokens.indices.contains(position) ? Int(tokens[position]) : 0
    // Of finite numbers.
    return UInt16(
      truncatingIfNeeded: position &* 31 &+ layer &* 7919 &+ head &* 104_729 &+ dimension &* 3
        &+ token &* 977 &+ (isKey ? 1 : 0)) & 0xBFFF
  }

  private func write(_ slot: Int, _ positions: [Int], _ layer: Int, _ head: Int) {
    for dimension in 0..<plan.shape.headDimension {
      for isKey in [true, false] {
        number(slot, layer, head, dimension, isKey: isKey).pointee =
          pattern(positions[slot], layer, head, dimension, isKey: isKey)
      }
    }
  }

  /// Where a number lies by the documented layout of a page.
  private func number(
    _ slot: Int, _ layer: Int, _ head: Int, _ dimension: Int, isKey: Bool
  ) -> UnsafeMutablePointer<UInt16> {
    let slots = cache.slots(layer: layer, head: head)
    let page = (isKey ? slots.keys : slots.values) + Int(slots.pages[slot / 16]) * slots.halfPageBytes
    let offset = isKey ? dimension * 16 + slot % 16 : slot % 16 * plan.shape.headDimension + dimension
    return page.assumingMemoryBound(to: UInt16.self) + offset
  }

  /// Live slots whose keys or values are not those of their position.
  var slotsWithForeignBytes: Int {
    var count = 0
    for layer in 0..<plan.shape.layers {
      for head in 0..<plan.shape.kvHeads {
        let columns = cache.head(layer: layer, head: head)
        for slot in 0..<columns.slotCount where columns.slotPositions[slot] >= 0 {
          let position = Int(columns.slotPositions[slot])
          let isOwn = (0..<plan.shape.headDimension).allSatisfy { dimension in
            [true, false].allSatisfy { isKey in
              number(slot, layer, head, dimension, isKey: isKey).pointee
                == pattern(position, layer, head, dimension, isKey: isKey)
            }
          }
          count += isOwn ? 0 : 1
        }
      }
    }
    return count
  }
}
