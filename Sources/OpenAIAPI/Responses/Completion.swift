/// The answer of `/v1/completions`.
package struct Completion: Equatable, Sendable {
  /// One completion of one prompt.
  package struct Choice: Equatable, Sendable {
    /// The choice's number: prompt index times `n`, plus which of the `n`.
    package var index: Int

    /// The text generated.
    package var text: String

    /// Why it ended; nil in chunks of one that goes on.
    package var finishReason: FinishReason?

    /// Makes a choice.
    package init(index: Int, text: String, finishReason: FinishReason?) {
      self.index = index
      self.text = text
      self.finishReason = finishReason
    }

    var json: JSONValue {
      [
        "index": .integer(index), "text": .string(text), "logprobs": nil,
        "finish_reason": FinishReason.json(finishReason),
      ]
    }
  }

  /// What the answer is called.
  package var head: ResponseHead

  /// The completions.
  package var choices: [Choice]

  /// What was used.
  package var usage: Usage

  /// Makes an answer.
  package init(head: ResponseHead, choices: [Choice], usage: Usage) {
    self.head = head
    self.choices = choices
    self.usage = usage
  }

  /// The response body.
  package var json: JSONValue {
    var object = head.object("text_completion")
    object["choices"] = .array(choices.map(\.json))
    object["usage"] = usage.json
    return .object(object)
  }
}

/// One event of a streamed `/v1/completions`; no choices and a usage make the last one.
package struct CompletionChunk: Equatable, Sendable {
  /// What the answer is called, the same in all chunks.
  package var head: ResponseHead

  /// What is new.
  package var choices: [Completion.Choice]

  /// What the chunk says about the usage.
  package var usage: ChunkUsage

  /// Makes a chunk.
  package init(head: ResponseHead, choices: [Completion.Choice], usage: ChunkUsage = .omitted) {
    self.head = head
    self.choices = choices
    self.usage = usage
  }

  /// The chunk.
  package var json: JSONValue {
    var object = head.object("text_completion")
    object["choices"] = .array(choices.map(\.json))
    object["usage"] = usage.json
    return .object(object)
  }
}

/// The `usage` member of a chunk, which has three states.
package enum ChunkUsage: Equatable, Sendable {
  /// The client did not ask: there is no such member.
  case omitted

  /// The client asked, and it comes later: null.
  case pending

  /// The last chunk.
  case final(Usage)

  var json: JSONValue? {
    switch self {
    case .omitted: nil
    case .pending: .null
    case .final(let usage): usage.json
    }
  }
}
