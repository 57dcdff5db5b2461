import Caching
import OpenAIAPI

/// What a request's cache is to be, out of all places that may say it.
enum CacheResolution {
  /// Merges the sources, the strongest last.
  ///
  /// Field by field the stronger source wins. But a source that chooses a policy which keeps everything is not
  /// held to a weaker source's budget, which was meant for another policy.
  static func merge(_ sources: [CacheOptions?], over weakest: CacheOptions) -> CacheOptions {
    sources.compactMap(\.self).reduce(weakest) { weaker, stronger in
      var weaker = weaker
      if let policy = stronger.policy, !evicts(policy) { weaker.budget = nil }
      return stronger.merged(over: weaker)
    }
  }

  private static func evicts(_ policy: String) -> Bool {
    (try? EvictionPolicies.description(named: policy))?.evicts ?? true
  }

  /// What a budget is given that comes without a policy: the best at equal budgets of what was measured (Docs/policies.md).
  static let recommended: CacheOptions = {
    var options = CacheOptions()
    options.policy = "roco"
    options.keepAttention = true
    options.reduce = GroupReduction.max.rawValue
    options.guardShare = 0.05
    return options
  }()

  /// The options with a policy, if they have a budget that one is needed for.
  static func completed(_ options: CacheOptions) -> CacheOptions {
    guard options.policy == nil, options.budget != nil else { return options }
    guard options.faithful != true else {
      var options = options
      options.policy = recommended.policy
      return options
    }
    return options.merged(over: recommended)
  }

  /// What the engine takes; `messages` finds the messages of a chat in its prompt, and is only asked if need be.
  static func cacheRequest(
    _ options: CacheOptions, messages: (() throws(APIError) -> MessagePlaces)? = nil
  ) throws(APIError) -> CacheRequest {
    let options = completed(options)
    var request = CacheRequest(
      policy: options.policy ?? "full", budget: options.budget.map(budget),
      scope: try choice("scope", options.scope), stride: options.stride, sinks: options.sinks,
      recent: try recent(options), seed: UInt64(bitPattern: Int64(options.seed ?? 0)),
      faithful: options.faithful ?? false, parameters: try parameters(options))
    request.mode = try choice("mode", options.mode) ?? request.mode
    request.positions = try choice("positions", options.positions) ?? request.positions
    request.keepAttention = options.keepAttention ?? request.keepAttention
    request.allocator = options.allocator ?? request.allocator
    request.elasticMinimum = options.elasticMinimum
    request.modifiers = try modifiers(options)
    try place(options, messages, in: &request)
    return request
  }

  private static func modifiers(_ options: CacheOptions) throws(APIError) -> RankModifiers {
    var modifiers = RankModifiers()
    modifiers.value = options.value ?? modifiers.value
    modifiers.pool = options.pool
    modifiers.decay = options.decay ?? modifiers.decay
    modifiers.guardShare = options.guardShare ?? modifiers.guardShare
    modifiers.fair = options.fair ?? modifiers.fair
    modifiers.reduce = try choice("reduce", options.reduce)
    return modifiers
  }

  /// Turns pins and messages into spans of the prompt's tokens.
  private static func place(
    _ options: CacheOptions, _ messages: (() throws(APIError) -> MessagePlaces)?,
    in request: inout CacheRequest
  ) throws(APIError) {
    let pins = options.pins ?? []
    let namesMessages = pins.contains { if case .tokens = $0 { false } else { true } }
    // Without messages, the engine refuses to be fair to them.
    let places = request.modifiers.fair || namesMessages ? try messages?() : nil
    for pin in pins { request.pins += try spans(of: pin, places) }
    if request.modifiers.fair, let places { request.spans = try places.turns() }
  }

  private static func spans(
    of pin: RequestedPin, _ places: MessagePlaces?
  ) throws(APIError) -> [Range<Int>] {
    if case .tokens(let span) = pin { return [span] }
    guard let places else {
      throw .invalidRequest(
        "'kv_cache.pins' names messages, and a completion has none; pin spans of tokens, such as tokens:0-16, or use chat",
        param: "kv_cache.pins", code: "invalid_value")
    }
    return try places.spans(of: pin)
  }

  /// Refuses names that the policy does not have as unknown fields; an unknown policy is told by the engine.
  private static func parameters(_ options: CacheOptions) throws(APIError) -> [String: Double] {
    guard let policy = try? EvictionPolicies.description(named: options.policy ?? "full") else { return [:] }
    let known = policy.parameters.map(\.name)
    for name in options.parameters.keys.sorted() where !known.contains(name) {
      throw CacheOptions.unknown("kv_cache.\(name)", parameters: known)
    }
    return options.parameters
  }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ text: String?
  ) throws(APIError) -> Choice? where Choice.RawValue == String {
    guard let text else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalidRequest(
        "'kv_cache.\(name)' is '\(text.prefix(80))', allowed is one of \(known)", param: "kv_cache.\(name)",
        code: "invalid_value")
    }
    return choice
  }

  private static func budget(_ requested: RequestedBudget) -> CacheBudget {
    switch requested {
    case .slots(let count): .slots(count)
    case .ratio(let share): .ratio(share)
    case .bytes(let count): .bytes(count)
    }
  }

  private static func recent(_ options: CacheOptions) throws(APIError) -> RecentWindow? {
    switch (options.recent, options.recentRatio) {
    case (nil, nil): nil
    case (let slots?, nil): .slots(slots)
    case (nil, let ratio?): .ratio(ratio)
    case (_?, _?):
      throw .invalidRequest(
        "'recent' (slots) and 'recent_ratio' (a share of the budget) say the same thing; send one",
        param: "kv_cache.recent_ratio", code: "invalid_value")
    }
  }
}
