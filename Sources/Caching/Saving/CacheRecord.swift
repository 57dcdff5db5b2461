/// What is to be known of a saved cache beside its bytes.
package struct CacheRecord: Codable, Sendable, Equatable {
  /// What was asked of the cache.
  package let request: CacheRequest
  /// Tokens of the first prompt: all that came later counts as generated.
  package let promptTokens: Int
  /// Tokens that the cache has been fed.
  package let fedTokens: Int
  let layers: Int
  let kvHeads: Int
  let queryHeads: Int
  let headDimension: Int
  let pageBytes: Int
  /// Slots of every head, layer by layer.
  let slots: [Int]
  /// How many of them hold no token.
  let holes: [Int]
  let layerOffsets: [Int]

  init(plan: CachePlan, progress: CacheProgress, counts: [HeadColumns.Counts]) {
    request = plan.request
    promptTokens = plan.promptTokens
    fedTokens = progress.fed
    layers = plan.shape.layers
    kvHeads = plan.shape.kvHeads
    queryHeads = plan.shape.queryHeads
    headDimension = plan.shape.headDimension
    pageBytes = plan.shape.pageBytes
    slots = counts.map(\.slots)
    holes = counts.map(\.holes)
    layerOffsets = progress.layerOffsets
  }

  var progress: CacheProgress { CacheProgress(fed: fedTokens, layerOffsets: layerOffsets) }
  var counts: [HeadColumns.Counts] { zip(slots, holes).map { HeadColumns.Counts(slots: $0, holes: $1) } }
  func live(_ head: Int) -> Int { slots[head] - holes[head] }

  /// Whether the numbers of heads, slots and tokens can be counted with, which those of a file need not be.
  package var isCountable: Bool {
    let counts = 0...CacheRequest.mostSlots
    return slots.count == holes.count && counts.contains(fedTokens)
      && zip(slots, holes).allSatisfy { slots, holes in counts.contains(slots) && (0...slots).contains(holes)
      }
  }

  /// Slots that all heads hold together.
  var residentTotal: Int { slots.indices.reduce(0) { $0 + live($1) } }
  /// Slots that a head holds, on average over all heads, rounded up.
  package var residentSlots: Int { (residentTotal + slots.count - 1) / max(1, slots.count) }

  /// The policy's name, never an alias.
  package var policyName: String { request.policyName }
  /// Slots in each (layer, KV head) that the budget allows; nil for `full`.
  package var budgetSlots: Int? { if case .slots(let slots)? = request.budget { slots } else { nil } }

  /// Refuses to save a cache whose budget changes, or would be another number with every prompt.
  package static func checkSavable(_ request: CacheRequest) throws(CacheError) {
    guard request.elasticMinimum == nil else {
      throw .contradiction("a cache that is saved keeps its budget", "elastic")
    }
    switch request.budget {
    case nil, .slots?: break
    case let other?:
      throw .outOfRange(
        option: "budget", value: other.text,
        expected:
          "slots, such as 512, for a cache that is saved: with every turn a share or bytes would mean another number"
      )
    }
  }

  /// Refuses another model's cache, a prompt that is not longer, and other options.
  func check(_ request: CacheRequest, shape: CacheShape, promptTokens: Int) throws(CacheError) {
    guard layers == shape.layers, kvHeads == shape.kvHeads, queryHeads == shape.queryHeads,
      headDimension == shape.headDimension, pageBytes == shape.pageBytes
    else {
      throw .savedUnusable("it was made for a model, or a type of keys and values, of another shape")
    }
    let mostTokens = CacheRequest.mostSlots
    guard self.promptTokens >= 1, fedTokens >= self.promptTokens, fedTokens <= mostTokens else {
      throw .savedUnusable("\(self.promptTokens) prompt tokens and \(fedTokens) in all make no sense")
    }
    guard promptTokens > fedTokens else {
      throw .savedUnusable("it holds \(fedTokens) tokens, and the prompt has no more than \(promptTokens)")
    }
    try Self.checkSavable(self.request)
    try Self.checkSavable(request)
    for (saved, asked) in zip(self.request.texts(upTo: fedTokens), request.texts(upTo: fedTokens))
    where saved.text != asked.text {
      throw .savedDiffers(option: saved.name, saved: saved.text, asked: asked.text)
    }
  }
}

extension CacheRequest {
  fileprivate var policyName: String { (try? EvictionPolicies.description(named: policy))?.name ?? policy }

  /// All options as texts under the names that requests give them; of pins and spans what lies below position `end`.
  fileprivate func texts(upTo end: Int) -> [(name: String, text: String)] {
    let below = { (ranges: [Range<Int>]) -> String in
      let cut = ranges.map { $0.clamped(to: 0..<end) }.filter { !$0.isEmpty }
      return cut.isEmpty ? "none" : cut.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
    let or = { (value: (any CustomStringConvertible)?, other: String) -> String in value?.description ?? other
    }
    let given = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    return [
      ("policy", policyName), ("budget", budget?.text ?? "none"), ("scope", scope?.rawValue ?? "by policy"),
      ("stride", or(stride, "by default")), ("sinks", or(sinks, "by default")),
      ("recent", recent?.text ?? "by policy"), ("seed", "\(seed)"), ("faithful", "\(faithful)"),
      ("parameters", given.isEmpty ? "by default" : given), ("mode", mode.rawValue),
      ("positions", positions.rawValue), ("keep_attention", "\(keepAttention)"), ("allocator", allocator),
      ("value", "\(modifiers.value)"), ("pool", or(modifiers.pool, "by policy")),
      ("decay", "\(modifiers.decay)"),
      ("guard", "\(modifiers.guardShare)"), ("fair", "\(modifiers.fair)"),
      ("reduce", modifiers.reduce?.rawValue ?? "by policy"), ("pins", below(pins)), ("fair", below(spans)),
    ]
  }
}
