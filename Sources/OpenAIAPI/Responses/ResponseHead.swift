/// What all bodies and chunks of one answer share.
package struct ResponseHead: Equatable, Sendable {
  /// The answer's id, such as `chatcmpl-...`.
  package let id: String

  /// When the answer was begun, in seconds since 1970.
  package let createdSeconds: Int

  /// The model's name as the client asked for it.
  package let model: String

  /// Makes a head.
  package init(id: String, createdSeconds: Int, model: String) {
    self.id = id
    self.createdSeconds = createdSeconds
    self.model = model
  }

  func object(_ kind: String) -> JSONObject {
    [
      "id": .string(id), "object": .string(kind), "created": .integer(createdSeconds),
      "model": .string(model),
    ]
  }
}

/// Why a generation ended, in OpenAI's words.
package enum FinishReason: String, Sendable {
  /// An end-of-sequence token, a stop token or a stop text.
  case stop

  /// The token limit, the context's end, or a full cache.
  case length

  /// The model wants functions called.
  case toolCalls = "tool_calls"

  /// The reason as JSON; a generation that goes on has null.
  static func json(_ reason: FinishReason?) -> JSONValue { JSONValue(reason?.rawValue) }
}
