import HTTP
import OpenAIAPI
import Testing

@testable import Serving

/// Steele, Lea and Flood's generator: seeded, so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The head of a request as it comes over the wire.
func head(_ requestLine: String, _ fields: String...) throws -> RequestHead {
  var parser = RequestParser(limits: HTTPLimits())
  let lines = ["\(requestLine) HTTP/1.1", "Host: a"] + fields + ["", ""]
  parser.receive(lines.joined(separator: "\r\n").utf8)
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
  return try GenerationRequest(
    GenerationRequest.Wish(
      model: wanted.model, prompts: Array(repeating: [4, 5], count: prompts), maxTokens: maxTokens,
      parameters: wanted.parameters, cacheHeader: header),
    limits: limits)
}
