@testable import Caching

/// The memory formula of `Docs/policies.md`, written out once more from the text.
struct DocumentedPeak {
  let bytes: Int

  init(_ plan: CachePlan) {
    let (layers, kvHeads) = (plan.shape.layers, plan.shape.kvHeads)
    let peaks = plan.layerOffsets.map { Self.peakSlots(plan, extra: $0) }
    let average = Self.peakSlots(plan, extra: 0)
    let evicts = plan.schedule.prefillLimit != nil || plan.schedule.decodeLimit != nil
    var pages = peaks.reduce(0) { $0 + kvHeads * (($1 + 15) / 16) }
    var most = peaks.max() ?? 0
    let budget = plan.schedule.windowBudget
    if plan.request.allocator == "ada" {
      pages = layers * (kvHeads * (average + 15) / 16)
      let least = min(budget, max(Self.needed(plan), budget / 5))
      if evicts { most = Self.peakSlots(plan, extra: (kvHeads - 1) * (budget - least)) }
    }
    if plan.request.allocator == "cake" {
      pages = layers * kvHeads * (average + 15) / 16
      if plan.schedule.prefillLimit != nil {
        most = Self.peakSlots(plan, extra: (min(4, layers) - 1) * budget)
      }
    }
    let rooms = (most + 15) / 16
    let shares = plan.request.allocator == "ada" || plan.request.allocator == "cake"
    let victims = shares ? most : min(Self.victims(plan), most)
    let numbers = 16 * rooms * (2 + Self.statistics(plan)) + rooms + victims + Self.moments(plan)
    let block = (64 + 4 * numbers + 63) / 64 * 64
    let slotBytes = plan.shape.type == .f16 ? 4 * plan.shape.headDimension : 2 * plan.shape.headDimension + 4
    bytes = pages * 16 * slotBytes + layers * kvHeads * block
  }

  private static func peakSlots(_ plan: CachePlan, extra: Int) -> Int {
    let (prompt, new) = (plan.promptTokens, plan.schedule.maxNewTokens)
    let kept = plan.schedule.prefillLimit.map { min($0 + extra, prompt) } ?? prompt
    let isWhole = plan.schedule.prefillLimit == nil || plan.request.mode == .soft
    let prefill = isWhole ? prompt : min(kept + plan.stride, prompt)
    let decode =
      plan.schedule.decodeLimit.map { min($0 + extra + plan.policy.interval, kept + new) } ?? kept + new
    return max(prefill, decode)
  }

  private static func needed(_ plan: CachePlan) -> Int {
    let sinks = plan.sinks
    return sinks + plan.allocation.recent + plan.prefillProtection.pins.count(from: sinks) + 1
  }

  private static func victims(_ plan: CachePlan) -> Int {
    let decode = plan.schedule.decodeLimit == nil ? 0 : plan.policy.interval
    guard let limit = plan.schedule.prefillLimit else { return decode }
    let least = min(limit + (plan.layerOffsets.min() ?? 0), plan.promptTokens)
    return max(decode, plan.request.mode == .soft ? plan.promptTokens - least : plan.stride)
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
