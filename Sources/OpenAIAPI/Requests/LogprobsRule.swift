/// The fields that ask for log-probabilities, which are not the same at the two endpoints.
enum LogprobsRule {
  /// OpenAI's limit for chats, and twenty times what it gives completions, as vLLM has it for both.
  static let limit = 20

  /// Completions name the number of likeliest tokens at once.
  static func completion(_ fields: inout FieldReader) throws(APIError) -> Int? {
    if fields.value("logprobs") == .boolean(false) { return nil }
    return try fields.integer("logprobs", in: 0...limit)
  }

  /// Chats say whether, and then how many.
  static func chat(_ fields: inout FieldReader) throws(APIError) -> Int? {
    let isWanted = try fields.boolean("logprobs") ?? false
    let top = try fields.integer("top_logprobs", in: 0...limit)
    guard !isWanted, let top, top > 0 else { return isWanted ? top ?? 0 : nil }
    throw .invalidRequest(
      "'top_logprobs' is \(top) without logprobs: true; send both or none", param: "top_logprobs",
      code: "invalid_value")
  }
}
