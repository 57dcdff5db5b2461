import Testing

@testable import Caching

/// The paper's code as oracle; its attention is replayed and every victim compared.
@Suite struct GoldenTraceTests {
  @Test("every synthetic trace of EasyKV is reproduced, victim by victim")
  func reproducesEveryTrace() throws {
    let golden = try GoldenTraces.shared.get()
    #expect(golden.traces.count == 124)
    for trace in golden.traces {
      let difference = try Replay(trace, golden.tables).firstDifference()
      #expect(difference == nil, "\(trace.name): \(difference ?? "")")
    }
  }

  @Test("without its scope RoCo fails the bursty table, so the traces do test the scope")
  func scopeMatters() throws {
    let golden = try GoldenTraces.shared.get()
    let bursty = golden.traces.filter { $0.policy == "roco" && $0.table == 2 }
    let differing = try bursty.filter {
      try Replay($0, golden.tables, parameters: ["prefill_margin": 0, "decode_margin": 0]).firstDifference()
        != nil
    }
    #expect(bursty.count == 11)
    #expect(differing.count >= 5)
  }

  @Test(
    "the traces tell RoCo from rules that differ in a detail",
    arguments: [
      (RoCoVariant.Detail.none, 0...0), (.sampleDeviation, 3...40), (.sum, 20...40), (.lateCount, 20...40),
    ])
  func detailsMatter(detail: RoCoVariant.Detail, failing: ClosedRange<Int>) throws {
    let golden = try GoldenTraces.shared.get()
    let traces = golden.traces.filter { $0.policy == "roco" }
    let differing = try traces.filter {
      try Replay($0, golden.tables, policy: RoCoVariant(detail: detail)).firstDifference() != nil
    }
    #expect(traces.count == 40 && failing.contains(differing.count), "\(differing.count) of \(traces.count)")
  }
}

/// One trace run through a real cache.
struct Replay {
  let trace: GoldenTraces.Trace
  let tables: [GoldenTraces.Means]
  let plan: CachePlan

  init(
    _ trace: GoldenTraces.Trace, _ tables: [GoldenTraces.Means], parameters: [String: Double] = [:],
    policy: (any EvictionPolicy)? = nil
  ) throws {
    self.trace = trace
    self.tables = tables
    let scopes: [String: BudgetScope] = ["auto": .total, "decoding": .generated, "encoding": .prefill]
    let request = CacheRequest(
      policy: trace.policy == "h2o_head" ? "h2o" : trace.policy,
      budget: trace.budget < 1 ? .ratio(trace.budget) : .slots(Int(trace.budget)),
      scope: scopes[trace.mode], stride: trace.stride, faithful: true, parameters: parameters)
    let shape = try CacheShape(
      layers: trace.layers, kvHeads: trace.kv_heads, queryHeads: trace.query_heads, headDimension: 2)
    let plan = try CachePlan(
      request, shape: shape, promptTokens: trace.prompt, maxNewTokens: trace.generate)
    self.plan = policy.map(plan.replacingPolicy) ?? plan
  }

  /// What differs first, or nil.
  func firstDifference() throws -> String? {
    let simulation = try Simulation(plan)
    for size in trace.forwards {
      let fed = simulation.cache.logicalLength
      if fed < trace.prompt, plan.nextChunk(fed: fed, atMost: size) != size {
        return "no chunk of \(size) at \(fed)"
      }
      var before: [[[Int]]] = []
      simulation.step(size, attention: attention(after: fed + size)) { before = simulation.kept }
      let evicted = zip(before, simulation.kept).map {
        zip($0, $1).map { old, new in old.filter { !new.contains($0) } }
      }
      let expected = trace.steps.first { $0.after == fed + size }?.evicted
      if evicted.joined().contains(where: { !$0.isEmpty }) || expected != nil, evicted != expected {
        return "after \(fed + size) tokens: \(evicted), not \(expected ?? [])"
      }
    }
    return simulation.kept == trace.kept ? nil : "kept \(simulation.kept)"
  }

  /// The mean over the group of query heads, from the table or from the rows of this forward.
  private func attention(after: Int) -> (AttentionPlace) -> Float {
    if let table = trace.table.map({ tables[$0] }) { return { table[$0] } }
    let group = trace.query_heads / trace.kv_heads
    let rows = trace.rows?.first { $0.after == after }?.attn_e6 ?? []
    return { place in
      let heads = rows[place.layer][place.head * group..<(place.head + 1) * group]
      return GoldenTraces.Means.mean(heads.map { $0[place.queryInChunk][place.rank] })
    }
  }
}
