/// The answer of `/v1/completions`.
package struct Completion: Equatable, Sendable {
  /// One completion of one prompt.
  package struct Choice: Equatable, Sendable {
    /// The choice's number: prompt index times `n`, plus which of the `n`.
    package var index: Int

    /// The text generated.
    package var text: String

    /// Its tokens' log-probabilities, null if nobody asked.
    package var logprobs: JSONValue

    /// Why it ended; nil in chunks of one that goes on.
    package var finishReason: FinishReason?

    /// Makes a choice.
    package init(index: Int, text: String, logprobs: JSONValue = .null, finishReason: FinishReason?) {
      self.index = index
      self.text = text
      self.logprobs = logprobs
      self.finishReason = finishReason
    }

    var json: JSONValue {
      [
        "index": .integer(index), "text": .string(text), "logprobs": logprobs,
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

  /// How long it took, if the client asked.
  package var timings: Timings?

  /// Makes an answer.
  package init(head: ResponseHead, choices: [Choice], usage: Usage, timings: Timings? = nil) {
    self.head = head
    self.choices = choices
    self.usage = usage
    self.timings = timings
  }

  /// The response body.
  package var json: JSONValue {
    var object = head.object("text_completion")
    object["choices"] = .array(choices.map(\.json))
    object["usage"] = usage.json
    object["timings"] = timings?.json
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

  /// How long it took: in the last chunk, if the client asked.
  package var timings: Timings?

  /// Makes a chunk.
  package init(
    head: ResponseHead, choices: [Completion.Choice], usage: ChunkUsage = .omitted, timings: Timings? = nil
  ) {
    self.head = head
    self.choices = choices
    self.usage = usage
    self.timings = timings
  }

  /// The chunk.
  package var json: JSONValue {
    var object = head.object("text_completion")
    object["choices"] = .array(choices.map(\.json))
    object["usage"] = usage.json
    object["timings"] = timings?.json
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
