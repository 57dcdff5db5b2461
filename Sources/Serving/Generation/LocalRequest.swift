package import Inference
package import OpenAIAPI

/// A request of somebody at the terminal: checked and run as one that came over the network.
package struct LocalRequest: Sendable {
  package var prompt: String
  /// Whether the prompt is a user's message, for the model's chat template.
  package var isChat = false
  /// Nil takes the endpoint's default.
  package var maxTokens: Int?
  package var stops: [String] = []
  /// Other fields of the request, by name, such as `temperature`.
  package var numbers: [String: Double] = [:]
  package var seed: Int?
  /// What stands in the header `x-kvota-kv` over the network.
  package var cache = CacheOptions()

  package init(prompt: String) { self.prompt = prompt }

  /// What came of it.
  package struct Report: Sendable {
    package let finishReason: String
    package let usage: SequenceUsage
  }

  /// Generates, handing out the text as it comes; the engine must run.
  ///
  /// Throws `LocalRequestError` if the request cannot be had.
  package func run(on model: ServedModel, write: (String) -> Void) async throws -> Report {
    let generation: Generation
    do { generation = try start(on: model) } catch { throw LocalRequestError(description: error.message) }
    var end: ChoiceEnd?
    try await generation.run { event in
      switch event {
      case .text(_, let piece): write(piece.text)
      case .finished(_, let finished): end = finished
      case .silence, .failed: break
      }
    }
    guard let end else { throw CancellationError() }
    return Report(finishReason: end.reason.rawValue, usage: end.usage)
  }

  private func start(on model: ServedModel) throws(APIError) -> Generation {
    let request =
      isChat
      ? try model.request(ChatCompletionRequest(body), header: cache)
      : try model.request(CompletionRequest(body), header: cache)
    return try Generation(
      request, model: model, metrics: Metrics(), memory: AnswerMemory(of: AnswerMemory.budget()),
      prompt: "prompt")
  }

  private var body: JSONObject {
    var body = JSONObject()
    if isChat {
      body["messages"] = [["role": "user", "content": .string(prompt)]]
    } else {
      body["prompt"] = .string(prompt)
    }
    body["max_tokens"] = maxTokens.map(JSONValue.integer)
    body["seed"] = seed.map(JSONValue.integer)
    if !stops.isEmpty { body["stop"] = .array(stops.map(JSONValue.string)) }
    for (name, value) in numbers.sorted(by: { $0.key < $1.key }) { body[name] = .number(value) }
    return body
  }
}

/// Why a request at the terminal cannot be had.
package struct LocalRequestError: Error, CustomStringConvertible {
  package let description: String
}
