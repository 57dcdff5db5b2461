@testable import Caching

/// The memory formula of `Docs/policies.md`, written out once more from the text.
struct DocumentedPeak {
  let bytes: Int

  init(_ plan: CachePlan) {
    let (layers, kvHeads) = (plan.shape.layers, plan.shape.kvHeads)
    let peaks = plan.layerOffsets.enumerated().map { Self.peakSlots(plan, layer: $0, extra: $1) }
    let evicts = plan.schedule.prefillLimit != nil || plan.schedule.decodeLimit != nil
    var pages = peaks.reduce(0) { $0 + kvHeads * (($1 + 15) / 16) }
    var most = peaks
    let budget = plan.schedule.windowBudget
    if plan.request.allocator == "ada" {
      pages = peaks.reduce(0) { $0 + kvHeads * ($1 + 15) / 16 }
      let least = min(budget, max(Self.needed(plan), budget / 5))
      if evicts {
        most = peaks.map { _ in Self.peakSlots(plan, extra: (kvHeads - 1) * (budget - least)) }
      }
    }
    if plan.request.allocator == "cake" {
      pages = layers * kvHeads * ((peaks.max() ?? 0) + 15) / 16
      if plan.schedule.prefillLimit != nil {
        most = peaks.map { _ in Self.peakSlots(plan, extra: (min(4, layers) - 1) * budget) }
      }
    }
    let shares = plan.request.allocator == "ada" || plan.request.allocator == "cake"
    let blocks = most.map { most in
      let rooms = (most + 15) / 16
      let victims = shares ? most : min(Self.victims(plan), most)
      let numbers = 16 * rooms * (2 + Self.statistics(plan)) + rooms + victims + Self.moments(plan)
      let newest = plan.shape.type == .f16 ? 0 : 64 * plan.shape.headDimension
      return (64 + 4 * numbers + newest + 63) / 64 * 64
    }
    let slotBytes = plan.shape.type == .f16 ? 4 * plan.shape.headDimension : 2 * plan.shape.headDimension + 4
    bytes = pages * 16 * slotBytes + kvHeads * blocks.reduce(0, +)
  }

  /// One less than the window of a layer that has one, if the sequence has more tokens than that.
  private static func window(_ plan: CachePlan, _ layer: Int?) -> Int? {
    guard let layer, let window = plan.shape.window, window.covers(layer: layer) else { return nil }
    let earlier = max(1, window.tokens - 1)
    let isOutgrown = plan.promptTokens + plan.schedule.maxNewTokens > earlier
    return isOutgrown && plan.request.positions == .original ? earlier : nil
  }

  private static func peakSlots(_ plan: CachePlan, layer: Int? = nil, extra: Int) -> Int {
    let (prompt, new) = (plan.promptTokens, plan.schedule.maxNewTokens)
    let window = window(plan, layer) ?? .max
    let budget = plan.schedule.prefillLimit.map { $0 + extra } ?? .max
    let kept = min(budget, window, prompt)
    let held = plan.request.mode == .soft ? window : min(budget, window)
    let prefill = held == .max ? prompt : min(held + plan.stride, prompt)
    let limit = plan.schedule.decodeLimit.map { $0 + extra + plan.policy.interval } ?? .max
    return max(prefill, min(limit, window == .max ? .max : window + 1, kept + new))
  }

  private static func needed(_ plan: CachePlan) -> Int {
    let sinks = plan.sinks
    return sinks + plan.allocation.recent + plan.prefillProtection.pins.count(from: sinks) + 1
  }

  private static func victims(_ plan: CachePlan) -> Int {
    let isWindowed = plan.shape.window != nil && window(plan, 0) != nil
    let decode = plan.schedule.decodeLimit == nil ? (isWindowed ? 1 : 0) : plan.policy.interval
    guard let limit = plan.schedule.prefillLimit else {
      return isWindowed ? max(decode, plan.stride) : decode
    }
    let least = min(limit + (plan.layerOffsets.min() ?? 0), plan.promptTokens)
    let isSoft = plan.request.mode == .soft
    return max(decode, isSoft ? plan.promptTokens - least : 0, isSoft && !isWindowed ? 0 : plan.stride)
  }

  private static func statistics(_ plan: CachePlan) -> Int {
    let modifiers = plan.request.modifiers
    let more = [modifiers.decay < 1, plan.request.positions == .cache].count { $0 }
    guard plan.description.evicts else { return more }
    let ofPolicy = ["h2o": 1, "roco": 2, "lazy": 2][plan.policyName] ?? 0
    let ownRows =
      ["tova": 1, "rkv": 8, "lazy": 32, "snapkv": 32, "snapkv-d": 32][plan.policyName] ?? 0
    let rows = plan.request.parameters["window"].map { Int($0) } ?? ownRows
    return ofPolicy + max(rows, plan.request.allocator == "cake" ? 32 : 0)
      + (modifiers.value || modifiers.guardShare > 0 ? 1 : 0) + more
  }

  private static func moments(_ plan: CachePlan) -> Int {
    guard plan.policyName == "expected" else { return 0 }
    return 2 * plan.shape.queryHeads / plan.shape.kvHeads * plan.shape.headDimension
  }
}
