import Caching
import Grammars
import Inference
import OpenAIAPI

/// A request as it can be run: prompts in tokens, every choice's sequence, all defaults filled in.
struct GenerationRequest: Sendable {
  /// Tokens of all prompts, each counted once however many choices it has.
  let promptTokens: Int
  let choicesPerPrompt: Int
  /// What the engine is asked for, in the order of the choices: prompt by prompt, `n` of each.
  var sequences: [SequenceRequest]
  let stops: [String]
  let minTokens: Int
  let isStreamed: Bool
  let includesUsage: Bool
  let includesTimings: Bool
  /// Whether answers begin with the prompt.
  let echoes: Bool
  /// Whether answers tell their tokens' log-probabilities.
  let tellsLogprobs: Bool
  /// Whether these include the token that has ended a text: who scores completions counts on one for each token drawn, while
  /// those of chats are of the message alone.
  let tellsEndToken: Bool
  /// How answers may call functions; nil if they may not.
  let tools: ToolUse?
  /// The model's name as the client wrote it.
  let model: String
  /// What the only sequence is to be saved to, if anything.
  private(set) var session: OpenSession?

  /// What a request says, before the model's view of it.
  struct Wish {
    var model: String?
    /// In tokens.
    var prompts: [[Int32]]
    /// Nil takes what the context holds.
    var maxTokens: Int?
    var parameters: GenerationParameters
    var cache: CacheRequest
    /// What the texts have to be, as the parameters say.
    var grammar: TokenGrammar?
    var echo = false
    /// How many of the likeliest tokens are told in each place; nil for no log-probabilities at all.
    var logprobs: Int?
    var isChat = false
    var tools: ToolUse?
  }

  /// Checks a wish against what the model and this server can do.
  init(_ wish: Wish, limits: RequestLimits) throws(APIError) {
    let parameters = wish.parameters
    try limits.checkCount(prompts: wish.prompts.count, choices: parameters.completionsPerPrompt)
    try limits.checkTokens(parameters.stopTokenIDs, "stop_token_ids")
    try limits.checkTokens(parameters.sampling.logitBias.keys.sorted(), "logit_bias")
    try limits.checkScores(wish)

    var sequences: [SequenceRequest] = []
    for prompt in wish.prompts {
      let maxTokens = wish.maxTokens ?? limits.mostTokens(after: prompt.count, wish.cache)
      for choice in 0..<parameters.completionsPerPrompt {
        var sequence = SequenceRequest(prompt: prompt, maxTokens: maxTokens, cache: wish.cache)
        sequence.minTokens = parameters.minTokens
        sequence.priority = parameters.priority
        sequence.speculation = parameters.speculation ?? limits.speculation
        sequence.reusesPrefixes = parameters.cachePrompt
        sequence.stopTokens = limits.stopTokens(parameters)
        sequence.scoring = wish.logprobs.map { ScoringRequest(top: $0, includesPrompt: wish.echo) }
        sequence.grammar = wish.grammar
        sequence.sampling = Inference.SamplingParameters(parameters.sampling, choice: choice)
        sequences.append(sequence)
      }
    }
    self.sequences = sequences
    choicesPerPrompt = parameters.completionsPerPrompt
    promptTokens = wish.prompts.reduce(0) { $0 + $1.count }
    stops = parameters.stop
    minTokens = parameters.minTokens
    isStreamed = parameters.stream
    includesUsage = parameters.includeUsage
    includesTimings = parameters.timings
    echoes = wish.echo
    tellsLogprobs = wish.logprobs != nil
    tellsEndToken = !wish.isChat
    tools = wish.tools
    model = wish.model ?? limits.alias
  }

  /// Lets the only sequence go on from what the session holds, and be saved to it.
  mutating func attach(_ session: OpenSession) {
    self.session = session
    sequences[0].resuming = session.saved
    sequences[0].savesCache = true
  }
}

extension Inference.SamplingParameters {
  /// A request's sampling for one of its choices, each of which draws from a seed of its own: `seed` plus its index.
  init(_ wanted: OpenAIAPI.SamplingParameters, choice: Int) {
    self.init()
    if let temperature = wanted.temperature { self.temperature = Float(temperature) }
    if let topP = wanted.topP { self.topP = Float(topP) }
    if let topK = wanted.topK { self.topK = topK }
    if let minP = wanted.minP { self.minP = Float(minP) }
    if let typicalP = wanted.typicalP { self.typicalP = Float(typicalP) }
    for (token, bias) in wanted.logitBias { logitBias[Int32(clamping: token)] = Float(bias) }
    if let presencePenalty = wanted.presencePenalty { self.presencePenalty = Float(presencePenalty) }
    if let frequencyPenalty = wanted.frequencyPenalty { self.frequencyPenalty = Float(frequencyPenalty) }
    if let repetitionPenalty = wanted.repetitionPenalty { self.repetitionPenalty = Float(repetitionPenalty) }
    seed = wanted.seed.map { UInt64(bitPattern: Int64($0)) &+ UInt64(choice) }
  }
}
