import Inference

/// A request as a client sends it, and what the client does with the answer.
struct LoadRequest {
  /// How a client behaves that does not wait for the end.
  enum Departure {
    case afterEvents(Int)
    case afterSeconds(Double)
  }

  let promptTokens: Int
  let path: String
  let json: String
  /// Whether the answer is asked for in events.
  var isStreamed = true
  /// Nil waits for the whole answer.
  var departure: Departure?
}

/// Makes requests from a trace, all of them different.
struct RequestMaker {
  let vocabularySize: Int
  /// First tokens that all prompts have in common.
  var sharedPrefix = 0
  /// How many of the clients go away in mid-answer, 0 to 1.
  var cancelledShare = 0.0

  private struct Body: Encodable {
    struct StreamOptions: Encodable { let includeUsage = true }
    let prompt: [Int32]
    let maxTokens: Int
    let temperature = 0
    let ignoreEos = true
    let stream = true
    let streamOptions = StreamOptions()
  }

  /// The requests of a trace, from a seed.
  func requests(_ trace: [TraceEntry], seed: UInt64) throws -> [LoadRequest] {
    // The same for every seed, so that it is still shared in the next round.
    var prefixRandom = SeededGenerator(seed: 0)
    let prefix = tokens(sharedPrefix, using: &prefixRandom)
    var random = SeededGenerator(seed: seed)
    return try trace.map { entry in
      let shared = prefix.prefix(entry.promptTokens)
      let prompt = shared + tokens(entry.promptTokens - shared.count, using: &random)
      let body = Body(prompt: Array(prompt), maxTokens: entry.outputTokens)
      let leaves = random.nextUnit() < cancelledShare
      return LoadRequest(
        promptTokens: entry.promptTokens, path: "/v1/completions", json: try JSONText.of(line: body),
        departure: leaves ? .afterEvents(.random(in: 0..<entry.outputTokens, using: &random)) : nil)
    }
  }

  func tokens(_ count: Int, using random: inout SeededGenerator) -> [Int32] {
    (0..<count).map { _ in .random(in: 0..<Int32(vocabularySize), using: &random) }
  }
}
