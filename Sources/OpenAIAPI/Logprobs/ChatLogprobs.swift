/// The `logprobs` of chats: an object for each token.
package struct ChatLogprobs: LogprobsWriter {
  private var content: [UInt8] = []

  package init() {}

  package mutating func append(_ token: TokenLogprob) {
    var entry = Self.entry(token.token, token.logprob)
    entry["top_logprobs"] = .array(token.top.map { .object(Self.entry($0.token, $0.logprob)) })
    content.separate()
    entry.write(to: &content)
  }

  private static func entry(_ token: TokenText, _ logprob: Float?) -> JSONObject {
    [
      "token": .string(token.text), "logprob": JSONValue(logprob),
      "bytes": .array(token.bytes.map { .integer(Int($0)) }),
    ]
  }

  package var byteCount: Int { content.count }

  package var json: JSONValue { ["content": .encoded(content.bracketed), "refusal": nil] }
}
