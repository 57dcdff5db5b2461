import Foundation
import Kernels
import Testing

@testable import Caching

/// Requests of all fields at random: each is refused in words, or what it was promised holds to the end.
@Suite struct CacheFuzzTests {
  private static func iterations(_ count: Int) -> Int {
    ProcessInfo.processInfo.environment["KVOTA_FUZZ_ITERATIONS"].flatMap(Int.init) ?? count
  }

  /// None, in all layers, or in two of three.
  private static func window(_ random: inout SplitMix64) -> SlidingWindow? {
    let tokens = [1, 2, 16, 17, 40, 100, 400].randomElement(using: &random) ?? 1
    return [
      nil, SlidingWindow(tokens: tokens, globalEvery: nil), SlidingWindow(tokens: tokens, globalEvery: 3),
    ]
    .randomElement(using: &random) ?? nil
  }

  private static func plan(
    _ random: RandomRequest, _ type: KeyValueType, _ window: SlidingWindow?
  ) throws -> CachePlan? {
    var shape = try CacheShape(layers: 3, kvHeads: 2, queryHeads: 4, headDimension: 16)
    (shape.type, shape.window) = (type, window)
    do {
      return try CachePlan(
        random.request, shape: shape, promptTokens: random.prompt, maxNewTokens: random.new)
    } catch {
      #expect(!error.description.isEmpty)
      return nil
    }
  }

  @Test("no request traps, and what is accepted has numbers that make sense")
  func plans() throws {
    var random = SplitMix64(state: 11)
    var accepted = 0
    for round in 0..<Self.iterations(20_000) {
      let request = RandomRequest(using: &random, wildness: 0.04)
      let window = Self.window(&random)
      guard let plan = try Self.plan(request, round % 2 == 0 ? .f16 : .q8, window) else { continue }
      accepted += 1
      let isSound =
        plan.peakSlots >= 1 && plan.peakSlots <= request.prompt + request.new && plan.stride >= 1
        && plan.peakBytes >= plan.pageCount * plan.shape.pageBytes && plan.maxTotalTokens >= request.prompt
        && (plan.budgetSlots ?? 1) >= 1 && plan.peakBytes == DocumentedPeak(plan).bytes
      #expect(isSound, "round \(round): \(request) \(String(describing: window))")
    }
    #expect(accepted > 1000)
  }

  @Test("what is accepted keeps its promises at every step", arguments: 0..<4)
  func promises(seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed))
    var accepted = 0
    for round in 0..<Self.iterations(1200) / 4 {
      let request = RandomRequest(using: &random, wildness: 0)
      let window = Self.window(&random)
      guard let plan = try Self.plan(request, round % 2 == 0 ? .f16 : .q8, window) else { continue }
      accepted += 1
      let difference = try Life(plan, seed: random.next()).firstBrokenPromise()
      #expect(difference == nil, "round \(round): \(request) \(String(describing: window))")
    }
    #expect(accepted > 50)
  }
}

/// A sequence from its first token to its last, with everything checked that was promised for it.
private struct Life {
  let plan: CachePlan
  let seed: UInt64

  init(_ plan: CachePlan, seed: UInt64) {
    self.plan = plan
    self.seed = seed
  }

  func firstBrokenPromise() throws -> String? {
    let run = try Simulation(plan)
    var broken: String?
    var before: [[[Int]]] = []
    run.run(
      attention: attention,
      beforeEviction: {
        before = run.kept
        broken = broken ?? atPeak(run)
      }, afterEviction: { broken = broken ?? afterEviction(run, before) })
    if let broken = broken ?? wrongStatistics(run.cache) { return broken }
    let kept = run.kept
    let (resident, total) = (run.cache.residentTotal, kept.joined().reduce(0) { $0 + $1.count })
    if resident != total { return "\(total) slots, counted \(resident)" }
    run.pool.release(run.cache)
    if run.pool.usedBytes != 0 || run.pool.reservedBytes != 0 { return "memory is left over" }
    let inPieces = try Simulation(plan)
    inPieces.run(atMost: max(7, plan.longestChunk), attention: attention)
    return inPieces.kept == kept ? nil : "other victims if the dense part comes in pieces"
  }

  /// Made-up attention, all equal, none at all, or on few slots.
  private func attention(_ place: AttentionPlace) -> Float {
    switch seed % 5 {
    case 0: 0
    case 1: 0.25
    case 2: place.position % 5 == 0 ? 0.2 : 0
    default: MadeUpAttention(seed: seed)(place)
    }
  }

  private func atPeak(_ run: Simulation) -> String? {
    let fed = run.cache.logicalLength
    if run.kept.joined().contains(where: { $0.count > plan.peakSlots }) {
      return "slots beyond the peak at \(fed)"
    }
    if run.cache.residentBytes > plan.peakBytes { return "bytes beyond the peak at \(fed)" }
    return nil
  }

  /// What columns hold of a slot is what its position got, however often the slot was moved or used again.
  private func wrongStatistics(_ cache: SequenceCache) -> String? {
    guard plan.request.modifiers.decay == 1 else { return nil }
    for layer in 0..<plan.shape.layers {
      for head in 0..<plan.shape.kvHeads {
        let columns = cache.head(layer: layer, head: head)
        for slot in 0..<columns.slotCount where columns.slotPositions[slot] >= 0 {
          if isWrong(columns, slot, layer, head) { return "what slot \(slot) was told of is another's" }
        }
      }
    }
    return nil
  }

  private var countedQueries: Range<Int> {
    guard let first = plan.schedule.firstCounted else { return 0..<0 }
    return first..<(plan.schedule.decodeLimit == nil ? plan.promptTokens : max(first, plan.maxTotalTokens))
  }

  private func isWrong(_ columns: HeadColumns, _ slot: Int, _ layer: Int, _ head: Int) -> Bool {
    let position = Int(columns.slotPositions[slot])
    if let norms = columns.valueNorms, norms[slot] != Float(position % 7) { return true }
    let got = countedQueries.map { query in
      query < position ? 0 : attention(place(layer, head, query: query, position: position))
    }
    let (sum, square) = (got.reduce(0, +), got.reduce(0) { $0 + $1 * $1 })
    if let sums = columns.sums, abs(sums[slot] - sum) > 1e-4 { return true }
    if let squares = columns.squares, abs(squares[slot] - square) > 1e-4 { return true }
    let rows = columns.layout.needs.windowRows
    guard let window = columns.window, !plan.averagesLast(in: .prefill) else { return false }
    return zip(countedQueries, got).suffix(rows).contains { query, weight in
      window[query % rows * columns.layout.slots + slot] != weight
    }
  }

  private func place(_ layer: Int, _ head: Int, query: Int, position: Int) -> AttentionPlace {
    AttentionPlace(layer: layer, head: head, query: query, position: position, rank: 0, queryInChunk: 0)
  }

  /// Slots' ranks are by position, without a gap, and the next query's position follows them.
  private func wrongRank(_ cache: SequenceCache) -> String? {
    for layer in 0..<plan.shape.layers {
      for head in 0..<plan.shape.kvHeads {
        guard let ranks = cache.slots(layer: layer, head: head).columns.keyPositions else {
          return "no ranks"
        }
        let columns = cache.head(layer: layer, head: head)
        let positions = (0..<columns.slotCount).map { columns.slotPositions[$0] }
        let live = positions.indices.filter { positions[$0] >= 0 }.sorted { positions[$0] < positions[$1] }
        if live.map({ Int(ranks[$0]) }) != Array(live.indices) || live.count != cache.residentSlots {
          return "wrong ranks"
        }
      }
    }
    return nil
  }

  /// A layer with a window holds no more than it, and gives up nothing that is seen while it holds what is not.
  private func wrongWindow(_ layer: Int, _ gone: [Set<Int>], kept: [[Int]], _ first: Int, _ fed: Int)
    -> String?
  {
    guard first > 0, let window = plan.schedule.window else { return nil }
    // Where heads compete, the layer is what is looked at.
    let competes = plan.allocator.sharing == .layer
    let (gone, kept) = competes ? ([gone.reduce([]) { $0.union($1) }], [kept.flatMap { $0 }]) : (gone, kept)
    for (gone, kept) in zip(gone, kept) {
      if kept.count > window * (competes ? plan.shape.kvHeads : 1) { return "more than the window at \(fed)" }
      if !gone.isEmpty, kept.contains(where: { $0 < first }) {
        return "an unseen slot stayed for one that is seen at \(fed)"
      }
    }
    return nil
  }

  private func afterEviction(_ run: Simulation, _ before: [[[Int]]]) -> String? {
    let fed = run.cache.logicalLength
    let protection = plan.protection(in: fed <= plan.promptTokens ? .prefill : .decode)
    let candidates = protection.candidates(fed: fed)
    for (layer, heads) in zip(before, run.kept).enumerated() {
      let first = plan.firstSeen(layer: layer, fed: fed)
      let gone = zip(heads.0, heads.1).map { Set($0).subtracting($1).filter { $0 >= first } }
      for gone in gone
      where gone.contains(where: { !candidates.contains(Int32($0)) || protection.pins.contains(Int32($0)) }) {
        return "a protected slot of \(gone.sorted()) went at \(fed)"
      }
      if let broken = wrongWindow(layer, gone, kept: heads.1, first, fed) { return broken }
    }
    if plan.request.positions == .cache, let broken = wrongRank(run.cache) { return "\(broken) at \(fed)" }
    guard let limit = plan.schedule.limit(fed: fed) else { return nil }
    let most = limit * plan.shape.heads
    if run.cache.residentTotal > most { return "more than the budget at \(fed)" }
    // Where layers differ, those that may hold more than they do grow into it; all others are full.
    let isEven =
      plan.allocator.sharing != .model && plan.layerOffsets.allSatisfy { $0 == 0 }
      && (plan.schedule.window ?? .max) >= limit
    let wasOver = before.joined().reduce(0) { $0 + $1.count } > most
    if isEven, wasOver, run.cache.residentTotal < most { return "less than the budget at \(fed)" }
    return nil
  }
}
