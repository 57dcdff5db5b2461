import Caching
import HTTP
import Inference
import OpenAIAPI
import Testing

@testable import Serving

@Suite struct GenerationRequestTests {
  @Test("choices come prompt by prompt, each prompt's with the seeds that follow the request's")
  func order() throws {
    let request = try generation(#"{"prompt": "", "n": 2, "seed": 9}"#, prompts: 2)
    #expect(request.sequences.map(\.sampling.seed) == [9, 10, 9, 10])
    #expect(request.promptTokens == 4)
  }

  @Test("seeds go around at the end of the numbers")
  func seedsWrap() throws {
    let request = try generation(#"{"prompt": "", "n": 2, "seed": -1}"#)
    #expect(request.sequences.map(\.sampling.seed) == [.max, 0])
  }

  @Test("without a seed each choice draws its own")
  func noSeed() throws {
    #expect(try generation(#"{"prompt": ""}"#).sequences.map(\.sampling.seed) == [nil])
  }

  @Test(
    "without a token limit the context's rest may be generated, at least one token; with cache positions a context's length"
  )
  func unlimited() throws {
    #expect(try generation(#"{"prompt": ""}"#, maxTokens: nil).sequences[0].maxTokens == 98)
    let full = try generation(#"{"prompt": ""}"#, maxTokens: nil, limits: limits { $0.contextLength = 2 })
    #expect(full.sequences[0].maxTokens == 1)
    let endless = try generation(
      #"{"prompt": "", "kv_cache": "roco; budget=9; positions=cache"}"#, maxTokens: nil)
    #expect(endless.sequences[0].maxTokens == 100)
  }

  @Test("end tokens stop beside the request's own, unless it ignores them")
  func stopTokens() throws {
    #expect(try generation(#"{"prompt": "", "stop_token_ids": [9]}"#).sequences[0].stopTokens == [9, 2, 7])
    let ignoring = try generation(#"{"prompt": "", "stop_token_ids": [9], "ignore_eos": true}"#)
    #expect(ignoring.sequences[0].stopTokens == [9])
  }

  @Test("a stop token outside the vocabulary is refused")
  func stopTokenOutside() {
    let error = #expect(throws: APIError.self) { try generation(#"{"prompt": "", "stop_token_ids": [50]}"#) }
    #expect(error?.param == "stop_token_ids")
  }

  @Test("a text that cannot fit the context is refused by its length alone")
  func textTooLong() throws {
    try limits().checkText(fewestTokens: 100, param: "prompt", CacheOptions())
    try limits().checkText(fewestTokens: 101, param: "prompt", CacheOptions(header: "positions=cache"))
    let error = #expect(throws: APIError.self) {
      try limits().checkText(fewestTokens: 101, param: "messages", CacheOptions())
    }
    #expect(error?.code == "context_length_exceeded")
    #expect(error?.param == "messages")
  }

  @Test("one answer tells of 65,536 tokens, or of as many as the context has, and no more")
  func toldTokens() throws {
    try limits().checkTold(tokens: 65_536, param: "content")
    try limits { $0.contextLength = 100_000 }.checkTold(tokens: 100_000, param: "content")
    let error = #expect(throws: APIError.self) { try limits().checkTold(tokens: 65_537, param: "prompt") }
    #expect(error?.status == 400 && error?.param == "prompt" && error?.message.contains("65536") == true)
  }

  @Test("two headers for the cache are refused, one is taken")
  func cacheHeaders() throws {
    let one = Call(
      request: HTTPRequest(
        head: try head("GET /", "x-kvota-kv: a"), body: ReceivedBody([]), remoteAddress: ""), id: "",
      parameter: "", key: nil, service: try Service(version: "1"))
    #expect(try one.cacheHeader == CacheOptions(header: "a"))
    let two = Call(
      request: HTTPRequest(
        head: try head("GET /", "x-kvota-kv: a", "X-Kvota-KV: b"), body: ReceivedBody([]), remoteAddress: ""),
      id: "",
      parameter: "", key: nil, service: try Service(version: "1"))
    #expect(throws: APIError.self) { try two.cacheHeader }
  }

  @Test("sampling fields reach the sampler, and what is not said stays neutral")
  func sampling() throws {
    let body =
      #"{"prompt": "", "temperature": 0.5, "top_k": 3, "top_p": 0.9, "min_p": 0.1, "#
      + #""typical_p": 0.8, "repeat_penalty": 1.5, "presence_penalty": 0.25, "frequency_penalty": -0.75, "#
      + #""min_tokens": 2, "priority": -3}"#
    var expected = Inference.SamplingParameters()
    #expect(try generation(#"{"prompt": ""}"#).sequences[0].sampling == expected)
    expected.temperature = 0.5
    expected.topK = 3
    expected.topP = 0.9
    expected.minP = 0.1
    expected.repetitionPenalty = 1.5
    expected.typicalP = 0.8
    expected.presencePenalty = 0.25
    expected.frequencyPenalty = -0.75
    let sequence = try generation(body).sequences[0]
    #expect(sequence.sampling == expected && sequence.minTokens == 2 && sequence.priority == -3)
  }

  @Test("the model's name may be left out, or carry a cache; another model is not found")
  func modelNames() throws {
    #expect(try generation(#"{"prompt": ""}"#).model == "smol")
    let request = try generation(#"{"prompt": "", "model": "smol@h2o-64"}"#)
    #expect(request.model == "smol@h2o-64")
    #expect(request.sequences[0].cache == CacheRequest(policy: "h2o", budget: .slots(64)))
    for name in ["other", "other@roco-64", "smol@nothing-64", "Smol"] {
      let error = #expect(throws: APIError.self) { try generation(#"{"prompt": "", "model": "\#(name)"}"#) }
      #expect(error?.status == 404)
      #expect(error?.code == "model_not_found")
    }
  }

  @Test("more sequences than the server ever takes are refused", arguments: [(9, 1), (3, 3), (1, 9)])
  func tooMany(prompts: Int, choices: Int) {
    let error = #expect(throws: APIError.self) {
      try generation(#"{"prompt": "", "n": \#(choices)}"#, prompts: prompts)
    }
    #expect(error?.status == 400)
  }

  @Test("every listed model can be asked for")
  func listedModels() throws {
    #expect(limits { $0.cachePresets = ["roco-64"] }.listedModels == ["smol", "smol@roco-64"])
    for name in limits().listedModels { _ = try generation(#"{"prompt": "", "model": "\#(name)"}"#) }
  }
}
