import Testing

@testable import Caching

@Suite struct ModifierTests {
  private static func run(
    _ policy: String, budget: Int = 40, prompt: Int = 160, new: Int = 40,
    _ change: (inout CacheRequest) -> Void,
    attention: @escaping (AttentionPlace) -> Float = MadeUpAttention().callAsFunction
  ) throws -> Simulation {
    var request = CacheRequest(policy: policy, budget: .slots(budget), stride: 8, recent: .slots(4))
    change(&request)
    let run = try Simulation(Small.plan(request, prompt: prompt, new: new))
    run.run(attention: attention)
    return run
  }

  @Test("fair leaves every span its share, however little attention it gets")
  func fair() throws {
    let spans = [0..<40, 40..<80, 80..<160]
    let run = try Self.run("h2o", new: 0) {
      $0.modifiers.fair = true
      $0.spans = spans
    } attention: {
      $0.position < 40 ? 0.5 : 1e-4 * Float($0.position % 3)
    }
    for positions in run.kept.joined() {
      // 40 slots: 4 sinks and the 4 newest; the 32 others as 1 : 1 : 2.
      #expect(positions.count { $0 >= 40 && $0 < 80 } >= 8)
      #expect(positions.count { $0 >= 80 } >= 16)
    }
    let unfair = try Self.run("h2o", new: 0) { _ in
    } attention: {
      $0.position < 40 ? 0.5 : 1e-4
    }
    #expect(unfair.kept.joined().contains { positions in !positions.contains { (40..<80).contains($0) } })
  }

  /// Positions whose values are the largest, as `Simulation` makes them up.
  private static func isLarge(_ position: Int) -> Bool { position % 7 == 6 }

  @Test(
    "guard keeps the largest values, whatever attention they get: under allocators, and where spans share",
    arguments: ["uniform", "ada", "cake", "fair"])
  func guardShare(company: String) throws {
    let attention = { (place: AttentionPlace) -> Float in Self.isLarge(place.position) ? 0 : 0.01 }
    func large(_ share: Double) throws -> [(count: Int, of: Int)] {
      try Self.run("tova", budget: 64) {
        $0.modifiers.guardShare = share
        $0.modifiers.fair = company == "fair"
        $0.spans = [0..<60, 60..<110, 110..<160]
        if company != "fair" { $0.allocator = company }
      } attention: {
        attention($0)
      }.kept.joined().map { positions in
        let candidates = positions.dropFirst(4).dropLast(4)
        return (candidates.count(where: Self.isLarge), candidates.count)
      }
    }
    #expect(try large(0).allSatisfy { $0.count == 0 })
    // A tenth of the candidates, of which each head has its own number under ada and cake.
    #expect(try large(0.1).allSatisfy { $0.count >= $0.of / 10 && $0.of >= 10 })
  }

  @Test("a guarded share is of the candidates, also where the prompt is outside the budget")
  func guardedGenerated() throws {
    let run = try Self.run("tova", budget: 40, prompt: 200, new: 150) {
      $0.scope = .generated
      $0.modifiers.guardShare = 0.1
    } attention: {
      Self.isLarge($0.position) ? 0 : 0.01 * Float($0.position % 2)
    }
    for positions in run.kept.joined() {
      let generated = positions.filter { $0 >= 200 }.dropLast(4)
      #expect(generated.count == 36 && generated.count(where: Self.isLarge) == 3)
    }
  }

  @Test("value multiplies worth: of equal attention, slots of small values go first")
  func value() throws {
    let run = try Self.run("tova", budget: 80, new: 0) {
      $0.modifiers.value = true
    } attention: { _ in
      0.01
    }
    for positions in run.kept.joined() {
      #expect(!positions.dropFirst(4).dropLast(4).contains { $0 % 7 == 0 })
    }
  }

  @Test("pool keeps the neighbours of what is attended to")
  func pool() throws {
    let run = try Self.run("tova", budget: 24, new: 0) {
      $0.modifiers.pool = 7
    } attention: {
      $0.position == 60 ? 0.9 : 1e-3 * Float($0.position % 5)
    }
    for positions in run.kept.joined() { #expect(Set(57...63).isSubset(of: positions)) }
  }

  @Test("decay forgets: what was attended to long ago goes before what is now")
  func decay() throws {
    // Positions below 40 are attended to by the first queries, those up to 80 by the later ones, less.
    let attention = { (place: AttentionPlace) -> Float in
      place.position < 40 ? (place.query < 100 ? 0.02 : 0) : (place.query >= 100 ? 0.01 : 0)
    }
    let forgetful = try Self.run("h2o", new: 0) {
      $0.modifiers.decay = 0.9
    } attention: {
      attention($0)
    }
    let faithful = try Self.run("h2o", new: 0) { _ in
    } attention: {
      attention($0)
    }
    let old = { (run: Simulation) in run.kept.joined().reduce(0) { $0 + $1.count { (4..<40).contains($0) } } }
    #expect(old(forgetful) < old(faithful))
  }

  @Test("without decay means are what they are with a decay of almost nothing")
  func decayMeans() throws {
    let kept = try Self.run("roco", new: 40) { $0.modifiers.decay = 0.9999999 }.kept
    #expect(try Self.run("roco", new: 40) { _ in }.kept == kept)
  }

  @Test("keep_attention counts queries from the first on, and chunks of the dense part are whole then")
  func keepAttention() throws {
    var request = CacheRequest(policy: "h2o", budget: .slots(40), stride: 8)
    request.keepAttention = true
    let plan = try Small.plan(request, prompt: 100, new: 5)
    #expect(plan.nextChunk(fed: 0, atMost: 100) == 40)
    #expect(plan.nextChunk(fed: 0, atMost: 39) == 0)
    #expect(try Small.plan(request, prompt: 30, new: 5).nextChunk(fed: 0, atMost: 100) == 30)
    let run = try Simulation(plan)
    run.cache.append(40)
    #expect(run.cache.slots(layer: 0, head: 0).columns.sums != nil)
  }

  @Test("soft mode cuts once, at the prompt's end, and its peak is the prompt")
  func soft() throws {
    var request = CacheRequest(policy: "snapkv", budget: .slots(40), stride: 16)
    request.mode = .soft
    let plan = try Small.plan(request, prompt: 160, new: 10)
    #expect(plan.peakSlots == 160)
    let run = try Simulation(plan)
    run.run(attention: MadeUpAttention().callAsFunction) {
    } afterEviction: {
      let fed = run.cache.logicalLength
      #expect(run.cache.residentSlots == (fed < 160 ? fed : 40 + fed - 160))
    }
  }

  @Test("a policy with an interval lets the cache grow by it, and not more")
  func interval() throws {
    let plan = try Small.plan(
      CacheRequest(policy: "snapkv-d", budget: .slots(64), stride: 16, parameters: ["interval": 16]),
      prompt: 200,
      new: 100)
    let run = try Simulation(plan)
    var most = 0
    run.run(attention: MadeUpAttention().callAsFunction) {
      if run.cache.logicalLength > 200 { most = max(most, run.cache.residentSlots) }
    }
    #expect(most == 80)
  }

  @Test("ranks are those of the positions, after every eviction", arguments: ["streaming", "roco"])
  func ranks(policy: String) throws {
    var request = CacheRequest(policy: policy, budget: .slots(40), stride: 8)
    request.positions = .cache
    let run = try Simulation(Small.plan(request, prompt: 150, new: 60))
    run.run(attention: MadeUpAttention().callAsFunction) {
      for layer in 0..<2 {
        for head in 0..<2 {
          let ranks = run.cache.slots(layer: layer, head: head).columns.keyPositions
          let positions = run.cache.positions(layer: layer, head: head)
          let order = positions.indices.sorted { positions[$0] < positions[$1] }
          for (rank, slot) in order.enumerated() { #expect(ranks.map { $0[slot] } == Int32(rank)) }
        }
      }
    }
    #expect(run.cache.firstQueryPosition < 48)
  }

  @Test(
    "combinations that contradict are refused, and the text says why",
    arguments: [
      ("expected", "positions", "original positions"), ("roco", "allocator", "heads of equal size"),
      ("roco", "fairAda", "heads compete"), ("snapkv", "scope", "evicts the prompt only"),
      ("roco", "fair", "messages of a chat"),
      ("roco", "pool", "odd number"), ("roco", "guard", "0 to 0.5"), ("roco", "decay", "0.5 to 1"),
      ("roco", "pins", "positions of the prompt"), ("roco", "manyPins", "50 pinned"),
    ])
  func contradictions(policy: String, option: String, text: String) {
    var request = CacheRequest(policy: policy, budget: .slots(64))
    switch option {
    case "positions": request.positions = .cache
    case "allocator":
      request.positions = .cache
      request.allocator = "ada"
    case "scope": request.scope = .total
    case "fair": request.modifiers.fair = true
    case "fairAda":
      request.modifiers.fair = true
      request.spans = [0..<50]
      request.allocator = "ada"
    case "pool": request.modifiers.pool = 4
    case "guard": request.modifiers.guardShare = 0.9
    case "decay": request.modifiers.decay = 0.1
    case "pins": request.pins = [90..<101]
    default: request.pins = [4..<54]
    }
    #expect(Small.refusal(request, prompt: 100, new: 10)?.description.contains(text) == true)
  }
}
