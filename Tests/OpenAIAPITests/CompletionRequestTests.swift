import Testing

@testable import OpenAIAPI

/// The error of a body, nil if it is taken.
func completionError(_ body: String) -> APIError? {
  do throws(APIError) {
    _ = try RequestDecoding.completion([UInt8](body.utf8))
    return nil
  } catch {
    return error
  }
}

@Suite("Completion requests")
struct CompletionRequestTests {
  private func decode(_ body: String) throws -> CompletionRequest {
    try RequestDecoding.completion([UInt8](body.utf8))
  }

  @Test("the least request gets OpenAI's defaults")
  func defaults() throws {
    let request = try decode(#"{"prompt":"Hi"}"#)
    #expect(request.prompts == [.text("Hi")])
    #expect(request.maxTokens == 16)
    #expect(request.model == nil)
    #expect(request.parameters.completionsPerPrompt == 1)
    #expect(!request.parameters.stream)
    #expect(request.parameters.sampling.temperature == nil)
    #expect(request.parameters.cache == nil)
    #expect(request.ignoredFields.isEmpty)
  }

  @Test("every parameter arrives under its name")
  func everything() throws {
    let request = try decode(
      """
      {"model":"m","prompt":["a","b"],"max_tokens":16.0,"n":2,"stream":true,"stream_options":{"include_usage":true},
       "stop":["x","y"],"stop_token_ids":[1,2],"seed":-7,"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.05,
       "presence_penalty":-2,"frequency_penalty":2,"repeat_penalty":1.1,"ignore_eos":true,"min_tokens":3,
       "user":"u","logprobs":5,"echo":true,"typical_p":0.4,"logit_bias":{"7":-100,"0":1.5},"timings":true,"kv_cache":{"policy":"roco","budget":512}}
      """)
    let parameters = request.parameters
    #expect(request.prompts == [.text("a"), .text("b")] && request.maxTokens == 16)
    #expect(parameters.completionsPerPrompt == 2 && parameters.stream && parameters.includeUsage)
    #expect(parameters.stop == ["x", "y"] && parameters.stopTokenIDs == [1, 2])
    #expect(parameters.sampling.seed == -7 && parameters.sampling.temperature == 0.5)
    #expect(
      parameters.sampling.topP == 0.9 && parameters.sampling.topK == 40 && parameters.sampling.minP == 0.05)
    #expect(parameters.sampling.presencePenalty == -2 && parameters.sampling.frequencyPenalty == 2)
    #expect(parameters.sampling.repetitionPenalty == 1.1)
    #expect(request.logprobs == 5 && request.echo && parameters.timings)
    #expect(parameters.sampling.typicalP == 0.4 && parameters.sampling.logitBias == [7: -100, 0: 1.5])
    #expect(parameters.ignoreEndOfSequence && parameters.minTokens == 3 && parameters.user == "u")
    #expect(parameters.cache?.policy == "roco" && parameters.cache?.budget == .slots(512))
  }

  @Test("a prompt has four shapes")
  func promptShapes() throws {
    #expect(try decode(#"{"prompt":""}"#).prompts == [.text("")])
    #expect(try decode(#"{"prompt":[1,2]}"#).prompts == [.tokens([1, 2])])
    #expect(try decode(#"{"prompt":[[1],[2,3]]}"#).prompts == [.tokens([1]), .tokens([2, 3])])
  }

  @Test(
    "a wrong value is told by its path",
    arguments: [
      (#"{}"#, "prompt"), (#"{"prompt":[]}"#, "prompt"), (#"{"prompt":[[]]}"#, "prompt[0]"),
      (#"{"prompt":["a",1]}"#, "prompt[1]"), (#"{"prompt":[1,"a"]}"#, "prompt[1]"),
      (#"{"prompt":[1,true]}"#, "prompt[1]"), (#"{"prompt":[[1,-1]]}"#, "prompt[0][1]"),
      (#"{"prompt":[4294967296]}"#, "prompt[0]"), (#"{"prompt":{}}"#, "prompt"),
      (#"{"prompt":"a","model":1}"#, "model"), (#"{"prompt":"a","max_tokens":-1}"#, "max_tokens"),
      (#"{"prompt":"a","max_tokens":1.5}"#, "max_tokens"),
      (#"{"prompt":"a","max_tokens":true}"#, "max_tokens"),
      (#"{"prompt":"a","max_tokens":1e30}"#, "max_tokens"), (#"{"prompt":"a","n":0}"#, "n"),
      (#"{"prompt":"a","max_tokens":1,"max_completion_tokens":2}"#, "max_completion_tokens"),
      (#"{"prompt":"a","temperature":2.1}"#, "temperature"),
      (#"{"prompt":"a","temperature":"1"}"#, "temperature"),
      (#"{"prompt":"a","top_p":-0.1}"#, "top_p"), (#"{"prompt":"a","top_k":-2}"#, "top_k"),
      (#"{"prompt":"a","min_p":1.1}"#, "min_p"),
      (#"{"prompt":"a","presence_penalty":3}"#, "presence_penalty"),
      (#"{"prompt":"a","repeat_penalty":0}"#, "repeat_penalty"),
      (#"{"prompt":"a","repeat_penalty":1,"repetition_penalty":2}"#, "repeat_penalty"),
      (#"{"prompt":"a","stop":["a","b","c","d","e"]}"#, "stop"), (#"{"prompt":"a","stop":[""]}"#, "stop"),
      (#"{"prompt":"a","stop":["\#(String(repeating: "a", count: 1025))"]}"#, "stop"),
      (#"{"prompt":"a","stop":["a",1]}"#, "stop[1]"), (#"{"prompt":"a","stop":1}"#, "stop"),
      (#"{"prompt":"a","stop_token_ids":[-1]}"#, "stop_token_ids[0]"),
      (#"{"prompt":"a","stream_options":{}}"#, "stream_options"),
      (#"{"prompt":"a","stream":true,"stream_options":{"usage":true}}"#, "stream_options.usage"),
      (#"{"prompt":"a","min_tokens":17}"#, "min_tokens"), (#"{"prompt":"a","seed":1.5}"#, "seed"),
      (#"{"prompt":"a","kv_cache":{"polcy":"roco"}}"#, "kv_cache.polcy"),
      (#"{"prompt":"a","kv_cache":1}"#, "kv_cache"),
      (#"{"prompt":"a","logprobs":21}"#, "logprobs"), (#"{"prompt":"a","logprobs":-1}"#, "logprobs"),
      (#"{"prompt":"a","logprobs":true}"#, "logprobs"), (#"{"prompt":"a","echo":1}"#, "echo"),
      (#"{"prompt":"a","typical_p":1.1}"#, "typical_p"), (#"{"prompt":"a","logit_bias":[]}"#, "logit_bias"),
      (#"{"prompt":"a","logit_bias":{"1":101}}"#, "logit_bias.1"),
      (#"{"prompt":"a","logit_bias":{"x":1}}"#, "logit_bias.x"),
      (#"{"prompt":"a","logit_bias":{"01":1}}"#, "logit_bias.01"),
      (#"{"prompt":"a","session":"s","echo":true,"logprobs":0}"#, "echo"),
    ])
  func wrongValues(body: String, path: String) {
    let error = completionError(body)
    #expect(error?.status == 400)
    #expect(error?.type == "invalid_request_error")
    #expect(error?.param == path)
    #expect(error?.message.contains("'\(path)'") == true)
  }

  @Test(
    "what is not built is refused",
    arguments: [
      ("suffix", "\"x\""), ("best_of", "2"), ("mirostat", "2"), ("prompt_logprobs", "1"),
      ("n_predict", "3"), ("n_probs", "1"), ("add_special_tokens", "false"),
    ])
  func unsupported(name: String, value: String) {
    let error = completionError(#"{"prompt":"a","\#(name)":\#(value)}"#)
    #expect(error?.param == name)
    #expect(error?.code == "unsupported_parameter")
  }

  @Test("what is not built may ask for nothing")
  func neutral() {
    let body = """
      {"prompt":"a","logprobs":null,"echo":false,"suffix":null,"best_of":1,"logit_bias":{},"typical_p":1.0,
       "response_format":{"type":"text"},"stop":null,"n":null,"stream":null,"kv_cache":null,"max_tokens":null}
      """
    #expect(completionError(body) == nil)
  }

  @Test("unknown fields are taken and named")
  func ignored() throws {
    #expect(try decode(#"{"prompt":"a","foo":1,"bar":null}"#).ignoredFields == ["foo", "bar"])
  }

  @Test("a body that is not an object is told so")
  func notAnObject() {
    #expect(completionError("[1]")?.message == "the body must be a JSON object, found an array")
    #expect(completionError("{\"prompt\":")?.code == "invalid_json")
  }

  @Test("mutated bodies give a request or a 400, never a trap")
  func mutations() {
    let seed = [UInt8](
      #"{"model":"m@roco-5","prompt":[[1,2],[3]],"n":2,"stop":["a\u00e9"],"seed":12,"kv_cache":{"budget":"50%"}}"#
        .utf8)
    let spice = [UInt8]("{}[]\",:\\0123456789.eE+-tfn@;=%\u{0}é".utf8)
    var random = SeededGenerator(state: 1)
    var refused = 0
    for _ in 0..<5_000 {
      var body = seed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: body.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: body[place] = spice[Int.random(in: spice.indices, using: &random)]
        case 1: body.insert(spice[Int.random(in: spice.indices, using: &random)], at: place)
        default: body.remove(at: place)
        }
      }
      do throws(APIError) {
        _ = try RequestDecoding.completion(body)
      } catch {
        refused += error.status == 400 ? 1 : 0
      }
    }
    #expect(refused > 1_000)
  }
}
