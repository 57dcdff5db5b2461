import Foundation

/// What became of one request, as its client saw it.
struct RequestOutcome {
  enum Ending: Equatable {
    case done, left
    /// The answer's status, or what went wrong.
    case failed(String)
  }

  let sent: ContinuousClock.Instant
  /// When events with text came; a token's text that is not complete comes with the next.
  var tokenTimes: [ContinuousClock.Instant] = []
  var ended: ContinuousClock.Instant
  var ending = Ending.left
  /// Of prompts that were read: those without an answer may not have been.
  var promptTokens = 0
  var outputTokens = 0

  /// Seconds from sending to the first text.
  var timeToFirstToken: Double? { tokenTimes.first.map { sent.duration(to: $0) / .seconds(1) } }

  var seconds: Double { sent.duration(to: ended) / .seconds(1) }

  /// Seconds between one text and the next.
  var gaps: [Double] { zip(tokenTimes, tokenTimes.dropFirst()).map { $0.duration(to: $1) / .seconds(1) } }

  /// Mean seconds between tokens after the first; nil for a single one.
  var meanGap: Double? {
    guard let first = tokenTimes.first, let last = tokenTimes.last, outputTokens > 1 else { return nil }
    return first.duration(to: last) / .seconds(1) / Double(outputTokens - 1)
  }
}

/// What the last events of an answer say, and whole answers too.
struct AnswerUsage: Decodable {
  struct Usage: Decodable {
    let promptTokens: Int
    let completionTokens: Int
  }
  let usage: Usage

  /// Nil if the JSON has no usage.
  init?(json: [UInt8]) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let answer = try? decoder.decode(Self.self, from: Data(json)) else { return nil }
    self = answer
  }
}
