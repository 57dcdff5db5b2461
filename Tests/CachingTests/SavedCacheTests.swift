import Foundation
import Kernels
import Testing

@testable import Caching

@Suite struct SavedCacheTests {
  /// What a model has whose tokens see 25 in two of three layers.
  private static let window = SlidingWindow(tokens: 25, globalEvery: 3)

  /// Policies in all their scopes, under every allocator, with something else besides.
  private static let requests: [CacheRequest] = Small.scopedPolicies.enumerated().flatMap { index, policy in
    (policy.scope == .total && policy.name != "full" ? BudgetAllocators.names : ["uniform"]).map {
      allocator in
      var request = CacheRequest(
        policy: policy.name, budget: policy.name == "full" ? nil : .slots(40),
        scope: policy.name == "full" ? nil : policy.scope, stride: 8, recent: .slots(4))
      request.allocator = allocator
      request.modifiers.value = index % 3 == 0
      request.modifiers.decay = index % 3 == 1 ? 0.9 : 1
      request.mode = index % 5 == 2 ? .soft : .hard
      request.keepAttention = index % 4 == 1
      request.pins = index % 4 == 3 ? [6..<9] : []
      if allocator == "uniform", policy.name != "expected", index % 2 == 0 { request.positions = .cache }
      return request
    }
  }

  private static func plan(
    _ request: CacheRequest, _ window: SlidingWindow? = nil, type: KeyValueType = .f16, prompt: Int, new: Int,
    resuming saved: SavedCache? = nil
  ) throws -> CachePlan {
    var shape = try CacheShape(layers: window == nil ? 2 : 3, kvHeads: 2, queryHeads: 6, headDimension: 16)
    (shape.window, shape.type) = (window, type)
    return try CachePlan(
      request, shape: shape, promptTokens: prompt, maxNewTokens: new, resuming: saved)
  }

  /// A sequence that has fed `fed` tokens, its prompt in chunks and what follows singly, and was then saved.
  private static func saved(
    _ request: CacheRequest, _ window: SlidingWindow? = nil, type: KeyValueType = .f16, prompt: Int, fed: Int,
    of all: Int
  ) throws -> (Simulation, SavedCache) {
    let run = try Simulation(try plan(request, window, type: type, prompt: prompt, new: all - prompt))
    run.writesBytes = true
    feed(run, upTo: fed)
    return (run, run.pool.save(run.cache))
  }

  private static func feed(_ run: Simulation, upTo end: Int, chunks: Bool = true, check: () -> Void = {}) {
    while run.cache.logicalLength < end {
      let chunk = chunks ? run.plan.nextChunk(fed: run.cache.logicalLength, atMost: .max) : 0
      run.step(max(1, chunk), attention: MadeUpAttention().callAsFunction, beforeEviction: check)
    }
  }

  /// Everything that eviction may ever look at, in the order of slots.
  private static func columns(_ run: Simulation) -> [[UInt8]] {
    let saved = run.pool.save(run.cache)
    var start = 0
    return saved.record.counts.enumerated().map { head, counts in
      let layout = run.plan.layouts[head / run.plan.shape.kvHeads]
      let size = HeadColumns.pieceBytes(layout, counts).reduce(0, +)
      defer { start += HeadColumns.savedBytes(layout, counts, pageBytes: run.plan.shape.pageBytes) }
      return Array(saved.bytes[start..<start + size])
    }
  }

  @Test(
    "a saved cache goes on as if nothing had happened, wherever it was saved",
    arguments: requests, [(20, 20), (20, 47), (70, 70), (70, 71), (70, 83)])
  func goesOn(request: CacheRequest, lengths: (prompt: Int, fed: Int)) throws {
    for type in KeyValueType.allCases { try goesOn(request, nil, type, lengths) }
    if [47, 71].contains(lengths.fed) { try goesOn(request, Self.window, .f16, lengths) }
  }

  private func goesOn(
    _ request: CacheRequest, _ window: SlidingWindow?, _ type: KeyValueType,
    _ lengths: (prompt: Int, fed: Int)
  ) throws {
    let all = 120
    let unbroken = try Simulation(
      try Self.plan(request, window, type: type, prompt: lengths.prompt, new: all - lengths.prompt))
    unbroken.writesBytes = true
    Self.feed(unbroken, upTo: all)
    let (_, saved) = try Self.saved(
      request, window, type: type, prompt: lengths.prompt, fed: lengths.fed, of: all)
    let plan = try Self.plan(
      request, window, type: type, prompt: lengths.fed + 1, new: all - lengths.fed - 1, resuming: saved)
    let resumed = try Simulation(plan)
    resumed.writesBytes = true
    #expect(resumed.cache.logicalLength == lengths.fed && saved.bytes.isEmpty)
    var foreign = 0
    Self.feed(resumed, upTo: all) { foreign += resumed.slotsWithForeignBytes }
    #expect(foreign == 0)
    #expect(Self.columns(resumed) == Self.columns(unbroken))
    #expect(resumed.cache.residentTotal == unbroken.cache.residentTotal)
    resumed.pool.release(resumed.cache)
    #expect(resumed.pool.usedBytes == 0 && resumed.pool.reservedBytes == 0)
  }

  @Test("a later prompt comes in chunks that keep the promise, and leaves the budget", arguments: requests)
  func laterPrompts(request: CacheRequest) throws {
    for window in [nil, Self.window] { try laterPrompts(request, window) }
  }

  private func laterPrompts(_ request: CacheRequest, _ window: SlidingWindow?) throws {
    var (prompt, fed) = (30, 41)
    var (_, saved) = try Self.saved(request, window, prompt: prompt, fed: fed, of: 60)
    for turn in 0..<4 {
      prompt = fed + 1 + 13 * turn
      let plan = try Self.plan(request, window, prompt: prompt, new: 9, resuming: saved)
      let run = try Simulation(plan)
      let isWithin = {
        run.kept.joined().allSatisfy { $0.count <= plan.peakSlots }
          && run.cache.residentBytes <= plan.peakBytes
      }
      var held = true
      Self.feed(run, upTo: prompt + 5) { held = held && isWithin() }
      #expect(held, "turn \(turn)")
      if let limit = plan.schedule.decodeLimit, plan.schedule.interval == 1 {
        #expect(run.cache.residentTotal <= limit * plan.shape.heads)
      }
      fed = prompt + 5
      saved = run.pool.save(run.cache)
      #expect(saved.record.promptTokens == 30 && saved.record.fedTokens == fed)
    }
  }

  @Test("evictions at intervals fall where they would if a later prompt's tokens had come singly")
  func intervals() throws {
    var request = CacheRequest(policy: "keydiff", budget: .slots(24), stride: 10)
    request.parameters = ["interval": 4]
    let (_, saved) = try Self.saved(request, prompt: 30, fed: 37, of: 60)
    let plan = try Self.plan(request, prompt: 58, new: 10, resuming: saved)
    var chunks: [Int] = []
    var fed = 37
    while case let chunk = plan.nextChunk(fed: fed, atMost: .max), chunk > 0 {
      chunks.append(chunk)
      fed += chunk
    }
    #expect(chunks == [9, 8, 4] && fed == 58)
    #expect(plan.longestChunk == 10 && plan.peakSlots == 24 + 3 + 10)
    #expect(plan.nextChunk(fed: 37, atMost: 8) == 0)
  }

  @Test("other options, other models and prompts that are not longer are refused in words")
  func refusals() throws {
    let request = CacheRequest(policy: "roco", budget: .slots(40), stride: 8)
    let (_, saved) = try Self.saved(request, prompt: 50, fed: 60, of: 70)
    var other = request
    other.modifiers.value = true
    #expect(throws: CacheError.savedDiffers(option: "value", saved: "false", asked: "true")) {
      try Self.plan(other, prompt: 70, new: 1, resuming: saved)
    }
    other = request
    other.budget = .slots(41)
    #expect(throws: CacheError.savedDiffers(option: "budget", saved: "40", asked: "41")) {
      try Self.plan(other, prompt: 70, new: 1, resuming: saved)
    }
    #expect(throws: CacheError.self) { try Self.plan(request, prompt: 60, new: 1, resuming: saved) }
    let shape = try CacheShape(layers: 3, kvHeads: 2, queryHeads: 6, headDimension: 16)
    #expect(throws: CacheError.self) {
      try CachePlan(request, shape: shape, promptTokens: 70, maxNewTokens: 1, resuming: saved)
    }
    other = request
    other.pins = [62..<65]
    #expect(try Self.plan(other, prompt: 70, new: 1, resuming: saved).pinnedSlots == 3)
    other.pins = [40..<42]
    #expect(throws: CacheError.savedDiffers(option: "pins", saved: "none", asked: "40-42")) {
      try Self.plan(other, prompt: 70, new: 1, resuming: saved)
    }
    #expect(throws: CacheError.self) {
      try CacheRecord.checkSavable(CacheRequest(policy: "roco", budget: .ratio(0.5)))
    }
    other = request
    other.elasticMinimum = 20
    #expect(throws: CacheError.self) { try CacheRecord.checkSavable(other) }
    #expect(throws: CacheError.self) { try Self.plan(other, prompt: 70, new: 1, resuming: saved) }
  }

  @Test("a cache that was saved before any token had left a window goes on in one that is outgrown")
  func growsOutOfWindow() throws {
    let request = CacheRequest()
    for fed in [20, 23, 24] {
      let (_, saved) = try Self.saved(request, Self.window, prompt: 20, fed: fed, of: 24)
      let plan = try Self.plan(request, Self.window, prompt: 60, new: 20, resuming: saved)
      let run = try Simulation(plan)
      Self.feed(run, upTo: 80)
      for (layer, heads) in run.kept.enumerated() {
        #expect(heads.allSatisfy { $0.elementsEqual(layer == 2 ? 0..<80 : 56..<80) })
      }
    }
  }

  @Test("a full cache's hard limit counts all tokens")
  func fullLimit() throws {
    let request = CacheRequest(policy: "full", budget: .slots(64))
    let (_, saved) = try Self.saved(request, prompt: 30, fed: 40, of: 50)
    #expect(try Self.plan(request, prompt: 60, new: 20, resuming: saved).maxTotalTokens == 64)
    #expect(throws: CacheError.promptExceedsBudget(promptTokens: 65, budget: 64)) {
      try Self.plan(request, prompt: 65, new: 20, resuming: saved)
    }
  }
}

/// What a saved cache says is believed only where it cannot do harm.
@Suite struct SavedCacheFuzzTests {
  private static var iterations: Int {
    ProcessInfo.processInfo.environment["KVOTA_FUZZ_ITERATIONS"].flatMap(Int.init) ?? 2000
  }

  @Test("a changed cache is refused or runs to its end", arguments: BudgetAllocators.names)
  func changed(allocator: String) throws {
    var random = SplitMix64(state: 5)
    var refused = 0
    for round in 0..<Self.iterations / 4 {
      let policy = EvictionPolicies.all.filter(\.evicts)[round % (EvictionPolicies.all.count - 1)].name
      var request = CacheRequest(policy: policy, budget: .slots(24), stride: 5)
      request.allocator = allocator
      if allocator == "uniform", policy != "expected", round % 2 == 0 { request.positions = .cache }
      var shape = try Small.shape
      shape.type = KeyValueType.allCases[round / 2 % 2]
      if round % 3 == 1 { shape.window = SlidingWindow(tokens: 15, globalEvery: 2) }
      let prompt = Int.random(in: 12...40, using: &random)
      let first = try CachePlan(request, shape: shape, promptTokens: prompt, maxNewTokens: 20)
      let run = try Simulation(first)
      while run.cache.logicalLength < prompt + 6 {
        run.step(
          max(1, first.nextChunk(fed: run.cache.logicalLength, atMost: .max)),
          attention: MadeUpAttention().callAsFunction)
      }
      let genuine = run.pool.save(run.cache)
      var text = String(decoding: try JSONEncoder().encode(genuine.record), as: UTF8.self)
      var bytes = genuine.bytes
      if Bool.random(using: &random) { text = Self.change(text, &random) }
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Int.random(in: 0..<5, using: &random) == 0 {
        bytes.removeLast(Int.random(in: 1...64, using: &random))
      }
      do {
        let record = try JSONDecoder().decode(CacheRecord.self, from: Data(text.utf8))
        let plan = try CachePlan(
          request, shape: shape, promptTokens: prompt + 20, maxNewTokens: 30,
          resuming: SavedCache(record: record, bytes: bytes))
        try Simulation(plan).run(attention: MadeUpAttention().callAsFunction)
      } catch { refused += 1 }
    }
    #expect(refused > Self.iterations / 16)
  }

  /// Replaces one number of the record by another.
  private static func change(_ text: String, _ random: inout SplitMix64) -> String {
    let numbers = text.matches(of: /-?\d+/).map(\.range)
    guard let range = numbers.randomElement(using: &random), let number = Int(text[range]) else {
      return text
    }
    let others = [number &+ 1, number &- 1, 0, -1, Int(Int32.max), Int.max, Int.min, number &* 2]
    return text.replacingCharacters(in: range, with: "\(others.randomElement(using: &random) ?? 0)")
  }
}
