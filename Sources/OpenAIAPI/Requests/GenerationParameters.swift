/// What both kinds of request say about the generation and its answer.
package struct GenerationParameters: Equatable, Sendable {
  /// How the next token is drawn.
  package let sampling: SamplingParameters

  /// How many completions are made of each prompt, 1 to 128.
  package let completionsPerPrompt: Int

  /// Whether the answer comes as server-sent events.
  package let stream: Bool

  /// Whether a stream ends with a chunk that holds the usage.
  package let includeUsage: Bool

  /// The texts that end the generation, up to 4, none empty.
  package let stop: [String]

  /// The token ids that end the generation.
  package let stopTokenIDs: [Int]

  /// Whether the end-of-sequence token does not end the generation.
  package let ignoreEndOfSequence: Bool

  /// How many tokens are generated before a stop token or stop text counts.
  package let minTokens: Int

  /// Whether the answer tells how long it took.
  package let timings: Bool

  /// Who the client says its user is.
  package let user: String?

  /// Earlier if lower, -100 to 100; 0 unless the request says.
  package let priority: Int

  /// How many tokens may be guessed in a step, 0 to 15; nil unless the request says.
  package let speculation: Int?

  /// Whether what is computed of the prompt may come from others' caches and be kept for others.
  package let cachePrompt: Bool

  /// The body's `kv_cache`, nil when there is none.
  package let cache: CacheOptions?

  /// The name of the session that the request goes on with and is saved to, nil when there is none.
  package let session: String?

  /// What the text has to be, nil when it is free.
  package let constraint: TextConstraint?

  /// How many completions of one prompt a request may ask for.
  package static let completionLimit = 128

  /// How many tokens a request may have guessed in a step.
  package static let speculationLimit = 15

  init(_ fields: inout FieldReader) throws(APIError) {
    sampling = try SamplingParameters(&fields)
    completionsPerPrompt = try fields.integer("n", in: 1...GenerationParameters.completionLimit) ?? 1
    stream = try fields.boolean("stream") ?? false
    includeUsage = try GenerationParameters.includeUsage(&fields, stream: stream)
    stop = try StopRule.texts(&fields)
    stopTokenIDs = try StopRule.tokenIDs(&fields)
    ignoreEndOfSequence = try fields.boolean("ignore_eos") ?? false
    minTokens = try fields.integer("min_tokens", in: 0...Int(Int32.max)) ?? 0
    timings = try fields.boolean("timings") ?? false
    user = try fields.string("user")
    priority = try fields.integer("priority", in: -100...100) ?? 0
    speculation = try fields.integer("speculate", in: 0...GenerationParameters.speculationLimit)
    cachePrompt = try fields.boolean("cache_prompt") ?? true
    cache = try fields.value("kv_cache").map { value throws(APIError) in
      try CacheOptions(body: value, path: fields.path("kv_cache"))
    }
    session = try SessionName.read(&fields, "session")
    constraint = try TextConstraint.read(&fields)
    try UnsupportedField.refuse(UnsupportedField.everywhere, in: &fields)
    try checkSession()
    if let constraint { try checkForm(saidBy: constraint.param) }
  }

  private static func includeUsage(_ fields: inout FieldReader, stream: Bool) throws(APIError) -> Bool {
    guard let options = try fields.object("stream_options") else { return false }
    guard stream else {
      throw .invalidRequest(
        "'stream_options' is only allowed with stream: true", param: "stream_options", code: "invalid_value")
    }
    var reader = FieldReader(options, prefix: "stream_options.")
    let includeUsage = try reader.boolean("include_usage") ?? false
    for neutral in ["include_obfuscation", "continuous_usage_stats"] {
      guard try reader.boolean(neutral) != true else {
        throw .notSupported(reader.path(neutral), true, neutral: "false")
      }
    }
    if let unknown = reader.unread.first {
      throw .invalidRequest(
        "'\(unknown)' is unknown; known: include_usage", param: unknown, code: "unknown_parameter")
    }
    return includeUsage
  }

  /// The token limit under its old and its new name; both may be there if they agree.
  static func maxTokens(_ fields: inout FieldReader, least: Int) throws(APIError) -> Int? {
    let range = least...Int(Int32.max)
    let old = try fields.integer("max_tokens", in: range)
    let new = try fields.integer("max_completion_tokens", in: range)
    guard let old, let new, old != new else { return new ?? old }
    throw .invalidRequest(
      "'max_tokens' is \(old) but 'max_completion_tokens' is \(new); they are one parameter, send one",
      param: "max_completion_tokens", code: "invalid_value")
  }

  /// Refuses what a session has no place for.
  private func checkSession() throws(APIError) {
    guard session != nil else { return }
    guard completionsPerPrompt == 1 else {
      throw .invalidRequest(
        "a session goes on in one way, so 'n' must be 1 with 'session', not \(completionsPerPrompt)",
        param: "n",
        code: "invalid_value")
    }
    guard stop.isEmpty else {
      throw .invalidRequest(
        "with 'session' a text cannot end at a stop text, whose tokens the session would hold already; "
          + "use 'stop_token_ids', or cut the text yourself and do not save it",
        param: "stop", code: "invalid_value")
    }
  }

  /// Refuses to go on where a text that has to be of some form may have to end.
  func checkForm(saidBy param: String) throws(APIError) {
    guard ignoreEndOfSequence || minTokens > 0 else { return }
    let field = ignoreEndOfSequence ? "ignore_eos" : "min_tokens"
    throw .invalidRequest(
      "with '\(param)' a text ends where its form does, so '\(field)' cannot be had; leave one out",
      param: field, code: "invalid_value")
  }

  /// Refuses more tokens at least than at most.
  func checkMinTokens(maxTokens: Int?) throws(APIError) {
    guard let maxTokens, minTokens > maxTokens else { return }
    throw .outOfRange("min_tokens", .integer(minTokens), "from 0 to max_tokens, which is \(maxTokens)")
  }
}
