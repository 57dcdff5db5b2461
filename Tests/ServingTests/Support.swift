import GGUF
import HTTP
import ModelFixtures
import OpenAIAPI
import Testing
import Tokenizing

@testable import Serving

extension Server {
  /// What it says to a head that is enough to answer a request; nil where the whole request is.
  func answer(to head: RequestHead) -> HTTPResponse? {
    if case .answered(let response) = reception(of: head) { response } else { nil }
  }
}

/// The head of a request as it comes over the wire.
func head(_ requestLine: String, _ fields: String...) throws -> RequestHead {
  try head(requestLine, fields: fields)
}

func head(_ requestLine: String, fields: [String]) throws -> RequestHead {
  var parser = RequestParser(limits: HTTPLimits())
  let lines = ["\(requestLine) HTTP/1.1", "Host: a"] + fields + ["", ""]
  parser.receive(Array(lines.joined(separator: "\r\n").utf8))
  guard case .head(let head)? = try parser.nextEvent() else {
    Issue.record("no head in \(lines)")
    throw CancellationError()
  }
  return head
}

/// Limits of a small model; tests change what they are about.
func limits(_ change: (inout RequestLimits) -> Void = { _ in }) -> RequestLimits {
  var limits = RequestLimits(
    alias: "smol", contextLength: 100, vocabularySize: 50, endTokens: [2, 7], cacheDefaults: CacheOptions(),
    sequenceLimit: 8)
  change(&limits)
  return limits
}

/// A completion request's body, checked.
func completion(_ body: String) throws -> CompletionRequest {
  try RequestDecoding.completion(Array(body.utf8))
}

/// A request for two-token prompts with a body's other fields.
func generation(
  _ body: String, prompts: Int = 1, maxTokens: Int? = 5, header: String? = nil,
  limits: RequestLimits = limits()
) throws -> GenerationRequest {
  let wanted = try completion(body)
  let said = try limits.cacheSources(
    model: wanted.model, body: wanted.parameters.cache, header: header.map { try CacheOptions(header: $0) })
  let options = CacheResolution.merge(said, over: limits.cacheDefaults)
  return try GenerationRequest(
    GenerationRequest.Wish(
      model: wanted.model, prompts: Array(repeating: [4, 5], count: prompts), maxTokens: maxTokens,
      parameters: wanted.parameters, cache: CacheResolution.cacheRequest(options)),
    limits: limits)
}

/// The tokenizer of the tiny vocabulary, with further metadata.
func tinyTokenizer(adding metadata: [(key: String, value: GGUFBuilder.Value)] = []) throws -> Tokenizer {
  var builder = TinyVocabulary.metadata()
  builder.metadata += metadata
  let file = try TemporaryFile(builder.bytes())
  return try Tokenizer(metadata: GGUFFile(path: file.path).metadata)
}
