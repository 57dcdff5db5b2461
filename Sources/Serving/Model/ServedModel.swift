import Caching
import ChatTemplates
import FoundationEssentials
import GGUF
package import Inference
import Kernels
import Models
import OpenAIAPI
import Tokenizing

/// A loaded model with all that turns requests into its tokens and its tokens into text.
package struct ServedModel: Sendable {
  package let engine: Engine
  let tokenizer: Tokenizer
  let conversation: ConversationPrompt
  let limits: RequestLimits
  let grammars: GrammarCache
  /// Where sessions are saved; nil if they are not.
  let sessions: SessionStore?
  /// When it was loaded, in seconds since 1970.
  let createdSeconds: Int

  /// Loads the file that the settings name; `progress` is told the share done, 0 to 1.
  ///
  /// Throws `SettingsError`, `ModelError`, `ThreadStartError`, `TokenizingError`, `TemplateError` or `CacheError`.
  package init(_ settings: Settings, progress: @Sendable (Double) -> Void = { _ in }) throws {
    let file = try settings.openModel()
    tokenizer = try Tokenizer(metadata: file.metadata)
    conversation = try ConversationPrompt(
      template: settings.chatTemplate.template ?? file.metadata.string(ConversationPrompt.metadataKey),
      tokenizer: tokenizer)
    engine = try Engine(
      file: file, settings: settings.engine, instructions: .fromEnvironment(), progress: progress)
    let fingerprint = engine.configuration.fingerprint(of: file)
    sessions = try settings.sessionFolder.map { folder in
      try SessionStore(
        folder: folder, limitBytes: settings.sessionLimitBytes,
        fingerprint: fingerprint, alias: settings.alias, mostHeldBytes: settings.engine.kvPoolBytes)
    }
    let vocabulary = tokenizer.vocabulary
    let rows = engine.configuration.vocabularySize
    try Self.check(vocabulary, rows: rows)
    limits = RequestLimits(
      alias: settings.alias, contextLength: engine.contextLength,
      vocabularySize: engine.configuration.vocabularySize,
      endTokens: (0..<Int32(vocabulary.count)).filter(vocabulary.isEndOfGeneration),
      cacheDefaults: settings.cacheDefaults,
      sequenceLimit: settings.engine.maxQueue + settings.engine.maxSequences,
      speculation: settings.speculation, cachePresets: settings.cachePresets)
    grammars = GrammarCache(vocabulary, rows: rows, endTokens: limits.endTokens)
    createdSeconds = Int(Date().timeIntervalSince1970)
  }

  private static func check(_ vocabulary: Vocabulary, rows: Int) throws(ModelError) {
    guard vocabulary.count <= rows else {
      throw .badValue(
        key: "tokenizer.ggml.tokens", found: "\(vocabulary.count) tokens",
        expected: "at most \(rows), the rows of token_embd.weight")
    }
  }

  /// Refuses what loading would refuse, but for the tensors and the session folder: takes no time.
  ///
  /// Throws what `init` does.
  package static func check(_ settings: Settings) throws {
    let file = try settings.openModel()
    let tokenizer = try Tokenizer(metadata: file.metadata)
    _ = try ConversationPrompt(
      template: settings.chatTemplate.template ?? file.metadata.string(ConversationPrompt.metadataKey),
      tokenizer: tokenizer)
    _ = try InstructionSet.fromEnvironment()
    let configuration = try Architectures.configuration(of: file, rotary: settings.engine.rotary)
    try check(tokenizer.vocabulary, rows: configuration.vocabularySize)
    var shape = try configuration.cacheShape
    shape.type = settings.engine.kvType
    _ = try CachePool(limitBytes: settings.engine.kvPoolBytes, shape: shape)
  }

  /// A checked request for completions; text may hold special tokens, as a raw prompt is the client's own.
  func request(
    _ wanted: CompletionRequest, header: CacheOptions?, session: OpenSession? = nil
  ) throws(APIError) -> GenerationRequest {
    let said = try limits.cacheSources(
      model: wanted.model, body: wanted.parameters.cache, header: header)
    let cache = CacheResolution.merge(said, over: limits.cacheDefaults.withoutMessages)
    // Before any is cut into tokens: there may be a million of them.
    try limits.checkCount(prompts: wanted.prompts.count, choices: wanted.parameters.completionsPerPrompt)
    var prompts: [[Int32]] = []
    for prompt in wanted.prompts { prompts.append(try self.prompt(tokens(prompt, cache), of: session)) }
    var request = try GenerationRequest(
      GenerationRequest.Wish(
        model: wanted.model, prompts: prompts, maxTokens: wanted.maxTokens, parameters: wanted.parameters,
        cache: try self.cache(of: session, said: said) { () throws(APIError) in
          try CacheResolution.cacheRequest(cache)
        },
        grammar: try wanted.parameters.constraint.map(TextForm.constraint).map(grammars.grammar),
        echo: wanted.echo, logprobs: wanted.logprobs),
      limits: limits)
    try attach(session, to: &request)
    try reserveFile(request)
    return request
  }

  /// A checked request for answers in a conversation; without a token limit they may fill context and pool.
  func request(
    _ wanted: ChatCompletionRequest, header: CacheOptions?, session: OpenSession? = nil
  ) throws(APIError) -> GenerationRequest {
    let said = try limits.cacheSources(
      model: wanted.model, body: wanted.parameters.cache, header: header)
    let cache = CacheResolution.merge(said, over: limits.cacheDefaults)
    let nowSeconds = Int(Date().timeIntervalSince1970)
    let tools = try wanted.tools.map { tools throws(APIError) in try ToolUse(tools, conversation.tools) }
    let definitions = wanted.tools?.definitions ?? []
    let text = try conversation.text(wanted.messages, tools: definitions, nowSeconds: nowSeconds)
    try limits.checkText(fewestTokens: tokenizer.fewestTokens(in: text), param: "messages", cache)
    let prompt = try self.prompt(conversation.tokens(text, tokenizer: tokenizer), of: session)
    let placed = try self.cache(of: session, said: said) { () throws(APIError) in
      try CacheResolution.cacheRequest(cache) { () throws(APIError) in
        try conversation.places(
          of: wanted.messages, tools: definitions, in: text, tokens: prompt, nowSeconds: nowSeconds,
          tokenizer: tokenizer)
      }
    }
    var request = try GenerationRequest(
      GenerationRequest.Wish(
        model: wanted.model, prompts: [prompt], maxTokens: wanted.maxTokens, parameters: wanted.parameters,
        cache: placed, grammar: try TextForm(wanted.parameters.constraint, tools).map(grammars.grammar),
        logprobs: wanted.logprobs, isChat: true, tools: tools),
      limits: limits)
    try attach(session, to: &request)
    if wanted.maxTokens == nil { request.sequences = request.sequences.map(fitting) }
    try reserveFile(request)
    return request
  }

  private func tokens(_ prompt: Prompt, _ cache: CacheOptions) throws(APIError) -> [Int32] {
    switch prompt {
    case .text(let text):
      try limits.checkText(fewestTokens: tokenizer.fewestTokens(in: text), param: "prompt", cache)
      return tokenizer.encode(text, parseSpecial: true, addBOS: tokenizer.addsBOS)
    case .tokens(let tokens): return tokens.map { Int32(clamping: $0) }
    }
  }

  /// The sequence with the most new tokens that pool and context could ever hold, for a request that named no number.
  private func fitting(_ sequence: SequenceRequest) -> SequenceRequest {
    guard isTooLarge(sequence) else { return sequence }
    var fitting = sequence
    var (fits, tooMany) = (1, sequence.maxTokens)
    while tooMany - fits > 1 {
      fitting.maxTokens = (fits + tooMany) / 2
      if isTooLarge(fitting) { tooMany = fitting.maxTokens } else { fits = fitting.maxTokens }
    }
    fitting.maxTokens = fits
    return fitting
  }

  private func isTooLarge(_ sequence: SequenceRequest) -> Bool {
    do throws(AdmissionError) {
      _ = try engine.plan(sequence)
      return false
    } catch {
      return switch error {
      case .cacheTooLarge, .slotsExceedContext: true
      default: false
      }
    }
  }
}
