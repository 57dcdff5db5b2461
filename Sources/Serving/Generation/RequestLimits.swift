import Caching
import OpenAIAPI

/// What requests are checked against: facts of the model and of the server.
struct RequestLimits: Sendable {
  var alias: String
  var contextLength: Int
  var vocabularySize: Int
  /// Tokens that end an answer unless the request says otherwise.
  var endTokens: [Int32]
  var cacheDefaults: CacheOptions
  /// Most sequences of one request: as many as ever run and wait at the same time.
  var sequenceLimit: Int
  /// Tokens to guess in a step unless the request says how many.
  var speculation = 0
  /// The caches that are listed with the model.
  var cachePresets = CachePresets.usual

  /// Names that clients may pick from a list: the model, and the model under each preset.
  var listedModels: [String] { [alias] + cachePresets.map { "\(alias)@\($0)" } }

  /// What a model's name means here; no name means the model that there is.
  func reference(to name: String?) throws(APIError) -> ModelReference {
    let reference = try ModelReference(name ?? alias)
    guard reference.name == alias else { throw .modelNotFound(name ?? alias, known: listedModels) }
    if let policy = reference.cache?.policy {
      do { _ = try EvictionPolicies.description(named: policy) } catch {
        throw .modelNotFound(name ?? alias, reason: "\(error)")
      }
    }
    return reference
  }

  /// What a request says about its cache, the strongest last: body beats header beats model name.
  func cacheSources(
    model: String?, body: CacheOptions?, header: CacheOptions?
  ) throws(APIError) -> [CacheOptions?] {
    [try reference(to: model).cache, header, body]
  }

  /// Tokens that may be generated unless the request says how many: the rest of the context.
  ///
  /// With cache positions a text does not end with the context; then as many as the context has.
  func mostTokens(after promptTokens: Int, _ cache: CacheRequest) -> Int {
    cache.positions == .cache ? contextLength : max(1, contextLength - promptTokens)
  }

  /// Refuses more choices than could ever be taken at once: to try again would not help.
  func checkCount(prompts: Int, choices: Int) throws(APIError) {
    let (count, overflow) = prompts.multipliedReportingOverflow(by: choices)
    guard !overflow, count <= sequenceLimit else {
      throw .invalidRequest(
        "\(prompts) prompts with n = \(choices) make more than the \(sequenceLimit) sequences that this server"
          + " takes at the same time; send fewer in one request",
        param: prompts > 1 ? "prompt" : "n", code: "invalid_value")
    }
  }

  /// Refuses a text that cannot fit however it is cut into tokens: to cut megabytes takes seconds.
  ///
  /// With cache positions any text may fit.
  func checkText(fewestTokens: Int, param: String, _ cache: CacheOptions) throws(APIError) {
    guard fewestTokens > contextLength, cache.positions != KeyPositions.cache.rawValue else { return }
    throw .invalidRequest(
      "this model's context is \(contextLength) tokens, but the prompt has at least \(fewestTokens); shorten it",
      param: param, code: "context_length_exceeded")
  }

  /// Tokens that one answer tells of at most, if the context has not more: with their texts they take some megabytes.
  private static let toldTokens = 1 << 16

  /// Refuses to tell of more tokens than that, or of a text that has at least so many.
  func checkTold(tokens: Int, param: String) throws(APIError) {
    let limit = max(contextLength, Self.toldTokens)
    guard tokens > limit else { return }
    throw .invalidRequest(
      "'\(param)' has \(tokens) tokens or more, and one request may ask about \(limit) at most; send it in parts",
      param: param, code: "invalid_value")
  }

  func checkTokens(_ tokens: [Int], _ param: String) throws(APIError) {
    guard let outside = tokens.first(where: { $0 >= vocabularySize }) else { return }
    throw .invalidRequest(
      "'\(param)' holds \(outside), the vocabulary ends at \(vocabularySize - 1)", param: param,
      code: "invalid_value")
  }

  /// Log-probabilities that one request may have told at once: their text takes some 40 to 80 MB.
  private static let scoreLimit = 1 << 20

  /// Refuses to gather so many log-probabilities: of prompts that are echoed, and of answers that are sent whole.
  func checkScores(_ wish: GenerationRequest.Wish) throws(APIError) {
    guard let top = wish.logprobs else { return }
    let echoed = wish.echo ? wish.prompts.reduce(0) { $0 + $1.count } : 0
    // Where the request does not say, most answers end long before the context does.
    let generated = wish.parameters.stream ? 0 : wish.prompts.count * (wish.maxTokens ?? 0)
    let choices = wish.parameters.completionsPerPrompt
    guard echoed + generated > Self.scoreLimit / (choices * (top + 1)) else { return }
    throw .invalidRequest(
      "with \(top) 'logprobs' and n = \(choices), \(echoed) echoed and \(generated) new tokens would be told more than the"
        + " \(Self.scoreLimit) numbers that one request may ask for at once; ask for fewer, in more requests, or let answers"
        + " be streamed", param: "logprobs", code: "invalid_value")
  }

  func stopTokens(_ parameters: GenerationParameters) -> [Int32] {
    parameters.stopTokenIDs.compactMap { Int32(exactly: $0) }
      + (parameters.ignoreEndOfSequence ? [] : endTokens)
  }
}
