/// The body of `POST /v1/completions`.
package struct CompletionRequest: Equatable, Sendable {
  /// The model's name as sent, alias suffix included; nil when there is none.
  package let model: String?

  /// The prompts, at least one.
  package let prompts: [Prompt]

  /// The most tokens to generate for each, from 0.
  package let maxTokens: Int

  /// Whether the answer begins with the prompt.
  package let echo: Bool

  /// How many of the likeliest tokens are told in each token's place beside the token's own log-probability; nil for nothing of both.
  package let logprobs: Int?

  /// Everything that chat requests have too.
  package let parameters: GenerationParameters

  /// The names of the fields that we do not know and did not act on.
  package let ignoredFields: [String]

  /// What a request that does not say gets, as at OpenAI.
  package static let defaultMaxTokens = 16

  /// Checks the fields of a body.
  package init(_ object: JSONObject) throws(APIError) {
    var fields = FieldReader(object)
    try self.init(&fields)
  }

  init(_ fields: inout FieldReader) throws(APIError) {
    model = try fields.string("model")
    guard let prompt = fields.value("prompt") else { throw .missing("prompt") }
    prompts = try Prompt.list(prompt)
    maxTokens = try GenerationParameters.maxTokens(&fields, least: 0) ?? CompletionRequest.defaultMaxTokens
    echo = try fields.boolean("echo") ?? false
    logprobs = try LogprobsRule.completion(&fields)
    try UnsupportedField.refuse(UnsupportedField.completion, in: &fields)
    parameters = try GenerationParameters(&fields)
    try parameters.checkMinTokens(maxTokens: maxTokens)
    guard parameters.session == nil || prompts.count == 1 else {
      throw .invalidRequest(
        "a session has one text, and 'prompt' holds \(prompts.count); send one", param: "prompt",
        code: "invalid_value")
    }
    guard parameters.session == nil || !echo || logprobs == nil else {
      throw .invalidRequest(
        "what a session holds is not computed again, so its tokens have no 'logprobs' to 'echo'; leave out one of the three",
        param: "echo", code: "invalid_value")
    }
    ignoredFields = fields.unread
  }
}
