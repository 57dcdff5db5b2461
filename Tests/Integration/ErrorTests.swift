import Testing

extension RealClients {
  @Suite("errors as the openai package raises them")
  struct ErrorTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
      var what: String
      var arguments: JSON
      var error = "BadRequestError"
      var param: JSON
      var code: JSON = "invalid_value"
      var says: String

      var testDescription: String { what }
    }

    private static let mistakes = [
      Mistake(
        what: "a temperature above 2", arguments: ["temperature": 3], param: "temperature", says: "2"),
      Mistake(
        what: "a token limit that is text", arguments: ["extra_body": ["max_tokens": "many"]],
        param: "max_tokens", code: "invalid_type", says: "integer"),
      Mistake(
        what: "a suffix, which is not built", arguments: ["suffix": "."], param: "suffix",
        code: "unsupported_parameter", says: "not supported"),
      Mistake(
        what: "more alternatives than 20", arguments: ["logprobs": 21], param: "logprobs", says: "0 to 20"),
      Mistake(
        what: "a bias of no token", arguments: ["logit_bias": ["49152": 1]], param: "logit_bias",
        says: "49151"),
      Mistake(
        what: "another model", arguments: ["model": "gpt-4"], error: "NotFoundError", param: "model",
        code: "model_not_found", says: RunningServer.model),
      Mistake(
        what: "more tokens than the context holds", arguments: ["max_tokens": 9_000], param: "prompt",
        code: "context_length_exceeded", says: "9000"),
      Mistake(
        what: "an unknown option of the cache", arguments: ["extra_body": ["kv_cache": ["bugdet": 64]]],
        param: "kv_cache.bugdet", code: "unknown_parameter", says: "budget"),
      Mistake(
        what: "a negative budget", arguments: ["extra_body": ["kv_cache": ["policy": "roco", "budget": -1]]],
        param: "kv_cache.budget", says: "slots"),
    ]

    @Test("each mistake raises its error, names its parameter and says what is right", arguments: mistakes)
    func mistakeIsExplained(_ mistake: Mistake) async throws {
      let answer = try await OpenAIClient.run(
        .completion((["prompt": "The sea is"] as JSON).with(mistake.arguments)))
      #expect(answer.error == .string(mistake.error))
      #expect(answer.param == mistake.param)
      #expect(answer.code == mistake.code)
      #expect(answer.message.string?.contains(mistake.says) == true, "\(answer.message)")
      #expect(answer.request_id.string?.isEmpty == false)
    }

    @Test("an unknown policy is refused with the names that there are")
    func unknownPolicy() async throws {
      let answer = try await OpenAIClient.run(
        .completion(["prompt": "The sea is", "extra_body": ["kv_cache": ["policy": "lru", "budget": 64]]]))
      #expect(answer.error == "BadRequestError")
      #expect(answer.param.string?.hasPrefix("kv_cache") == true)
      let message = try #require(answer.message.string)
      #expect(message.contains("'lru'"))
      for known in ["full", "random", "streaming", "h2o", "tova", "roco"] { #expect(message.contains(known)) }
    }

    @Test("a budget that its protected slots exceed is refused with the sum and a budget that would do")
    func budgetTooSmall() async throws {
      let cache: JSON = ["policy": "roco", "budget": 24, "sinks": 16, "recent": 10]
      let answer = try await OpenAIClient.run(
        .completion(["prompt": JSON(SeededTokens.make(64)), "extra_body": ["kv_cache": cache]]))
      #expect(answer.error == "BadRequestError")
      #expect(answer.param.string?.hasPrefix("kv_cache") == true)
      let message = try #require(answer.message.string)
      #expect(message.contains("24 slots is too small: 16 sinks + 10 recent"))
      #expect(message.contains("would do"))
    }

    @Test("a prompt of too many tokens is refused with all three counts")
    func promptTooLong() async throws {
      let answer = try await OpenAIClient.run(
        .completion(["prompt": JSON(SeededTokens.make(8_190)), "max_tokens": 100]))
      #expect(answer.code == "context_length_exceeded")
      let message = try #require(answer.message.string)
      for count in ["8192", "8190", "100"] { #expect(message.contains(count)) }
    }

    @Test("JSON that breaks off is refused with the byte at which it does")
    func badJSON() async throws {
      let answer = try await Curl.get(
        RealClients.server.address + "/v1/completions",
        ["--header", "content-type: application/json", "--data-raw", #"{"prompt": "a","#])
      #expect(answer.status == 400)
      #expect(try answer.json.error.code == "invalid_json")
      #expect(try answer.json.error.message.string?.contains("byte 15") == true)
    }

    @Test("an error of a request that wants a stream is a plain response with its status")
    func streamRefusedPlainly() async throws {
      let answer = try await Curl.post("/v1/completions", ["prompt": "a", "stream": true, "temperature": 9])
      #expect(answer.status == 400)
      #expect(answer.headers["content-type"]?.hasPrefix("application/json") == true)
      #expect(try answer.json.error.names == ["message", "type", "param", "code"])
    }

    @Test("an unknown field is told in a header, not refused")
    func unknownField() async throws {
      let answer = try await Curl.post(
        "/v1/completions", ["prompt": "a", "max_tokens": 1, "colour": "blue"])
      #expect(answer.status == 200)
      #expect(answer.headers["x-kvota-ignored"] == "colour")
    }
  }
}
