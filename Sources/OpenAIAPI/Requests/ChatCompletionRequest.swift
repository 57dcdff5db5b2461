/// The body of `POST /v1/chat/completions`.
package struct ChatCompletionRequest: Equatable, Sendable {
  /// The model's name as sent, alias suffix included; nil when there is none.
  package let model: String?

  /// The conversation, at least one message.
  package let messages: [ChatMessage]

  /// The most tokens to generate, from 1; nil is as many as the context holds.
  package let maxTokens: Int?

  /// How many of the likeliest tokens are told in each token's place beside the token's own log-probability; nil for nothing of both.
  package let logprobs: Int?

  /// The functions that the model may call; nil for none.
  package let tools: RequestedTools?

  /// Everything that completion requests have too.
  package let parameters: GenerationParameters

  /// The names of the fields that we do not know and did not act on, those of messages with their path.
  package let ignoredFields: [String]

  /// Checks the fields of a body.
  package init(_ object: JSONObject) throws(APIError) {
    var fields = FieldReader(object)
    try self.init(&fields)
  }

  init(_ fields: inout FieldReader) throws(APIError) {
    var ignored: [String] = []
    model = try fields.string("model")
    messages = try ChatMessage.list(&fields, ignored: &ignored)
    maxTokens = try GenerationParameters.maxTokens(&fields, least: 1)
    logprobs = try LogprobsRule.chat(&fields)
    try UnsupportedField.refuse(UnsupportedField.chat, in: &fields)
    parameters = try GenerationParameters(&fields)
    tools = try RequestedTools.read(
      &fields, isConstrained: parameters.constraint != nil, ignored: &ignored)
    try parameters.checkMinTokens(maxTokens: maxTokens)
    ignoredFields = ignored + fields.unread
    try checkTools()
  }

  /// Refuses what has no place beside calls of functions.
  private func checkTools() throws(APIError) {
    guard let tools else { return }
    guard logprobs == nil else {
      throw .invalidRequest(
        "with 'tools' the answer is no longer the text that the tokens make, so that they have no 'logprobs'; leave"
          + " one of both out", param: "logprobs", code: "invalid_value")
    }
    guard tools.isParallel || parameters.session == nil else {
      throw .invalidRequest(
        "with 'session' an answer cannot end behind its first call, as parallel_tool_calls: false wants; leave one of"
          + " both out", param: "parallel_tool_calls", code: "invalid_value")
    }
    guard tools.forcesCall else { return }
    if let constraint = parameters.constraint {
      throw .invalidRequest(
        "'tool_choice' and '\(constraint.param)' both say what the text has to be; send one",
        param: constraint.param, code: "invalid_value")
    }
    try parameters.checkForm(saidBy: "tool_choice")
  }
}
