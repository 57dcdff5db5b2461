/// The answer of `/v1/chat/completions`.
package struct ChatCompletion: Equatable, Sendable {
  /// One answer of the assistant.
  package struct Choice: Equatable, Sendable {
    /// Which of the `n` answers.
    package var index: Int

    /// What the assistant says.
    package var content: String

    /// The functions that it wants called.
    package var toolCalls: [ToolCall]

    /// Its tokens' log-probabilities, null if nobody asked.
    package var logprobs: JSONValue

    /// Why it ended.
    package var finishReason: FinishReason

    /// Makes a choice.
    package init(
      index: Int, content: String, toolCalls: [ToolCall] = [], logprobs: JSONValue = .null,
      finishReason: FinishReason
    ) {
      self.index = index
      self.content = content
      self.toolCalls = toolCalls
      self.logprobs = logprobs
      self.finishReason = finishReason
    }

    var json: JSONValue {
      [
        "index": .integer(index),
        "message": .object(message), "logprobs": logprobs, "finish_reason": FinishReason.json(finishReason),
      ]
    }

    /// Beside calls an empty text is none, as at OpenAI.
    private var message: JSONObject {
      let isCallAlone = content.isEmpty && !toolCalls.isEmpty
      var message: JSONObject = [
        "role": "assistant", "content": isCallAlone ? .null : .string(content), "refusal": nil,
      ]
      if !toolCalls.isEmpty { message["tool_calls"] = .array(toolCalls.map(\.json)) }
      return message
    }
  }

  /// What the answer is called.
  package var head: ResponseHead

  /// The answers.
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
    var object = head.object("chat.completion")
    object["choices"] = .array(choices.map(\.json))
    object["usage"] = usage.json
    object["timings"] = timings?.json
    return .object(object)
  }
}

/// One event of a streamed `/v1/chat/completions`; no choices and a usage make the last one.
package struct ChatCompletionChunk: Equatable, Sendable {
  /// What a chunk adds to its message.
  package enum Delta: Equatable, Sendable {
    /// The first chunk: the role, and no text yet.
    case role

    /// A piece of text.
    case content(String)

    /// A part of a call.
    case toolCall(ToolCallPart)

    /// The last chunk of a choice: nothing but the reason.
    case finish(FinishReason)

    var json: JSONValue {
      switch self {
      case .role: ["role": "assistant", "content": ""]
      case .content(let text): ["content": .string(text)]
      case .toolCall(let part): ["tool_calls": [part.json]]
      case .finish: [:]
      }
    }

    var finishReason: FinishReason? {
      if case .finish(let reason) = self { reason } else { nil }
    }
  }

  /// One choice's news.
  package struct Choice: Equatable, Sendable {
    /// Which of the `n` answers.
    package var index: Int

    /// What is new.
    package var delta: Delta

    /// The new tokens' log-probabilities, null if nobody asked.
    package var logprobs: JSONValue

    /// Makes a choice.
    package init(index: Int, delta: Delta, logprobs: JSONValue = .null) {
      self.index = index
      self.delta = delta
      self.logprobs = logprobs
    }

    var json: JSONValue {
      [
        "index": .integer(index), "delta": delta.json, "logprobs": logprobs,
        "finish_reason": FinishReason.json(delta.finishReason),
      ]
    }
  }

  /// What the answer is called, the same in all chunks.
  package var head: ResponseHead

  /// What is new.
  package var choices: [Choice]

  /// What the chunk says about the usage.
  package var usage: ChunkUsage

  /// How long it took: in the last chunk, if the client asked.
  package var timings: Timings?

  /// Makes a chunk.
  package init(
    head: ResponseHead, choices: [Choice], usage: ChunkUsage = .omitted, timings: Timings? = nil
  ) {
    self.head = head
    self.choices = choices
    self.usage = usage
    self.timings = timings
  }

  /// The chunk.
  package var json: JSONValue {
    var object = head.object("chat.completion.chunk")
    object["choices"] = .array(choices.map(\.json))
    object["usage"] = usage.json
    object["timings"] = timings?.json
    return .object(object)
  }
}
