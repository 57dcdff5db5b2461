import Foundation

/// Times a llama-server by its own API.
struct PeerSpeed {
  let server: ServerProcess
  let vocabularySize: Int

  private struct Request: Encodable {
    let prompt: [Int32]
    let nPredict: Int
    let cachePrompt: Bool
    let ignoreEos = true
    let temperature = 0
  }

  private struct Answer: Decodable {
    struct Timings: Decodable {
      let promptPerSecond: Double
      let predictedPerSecond: Double
    }
    let timings: Timings
  }

  /// The rate of the phase that is timed: by the server's clock, or by ours for several sequences at once.
  ///
  /// A prompt that is not timed may be in the server's cache already, which leaves more time for repetitions.
  func tokensPerSecond(_ workload: Workload) throws -> Double {
    if workload.sequences > 1 { return try tokensPerSecondAtOnce(workload) }
    let body = try json(workload, newTokens: workload.newTokens)
    let answer = try Curl.post(body, to: address)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let timings = try? decoder.decode(Answer.self, from: answer).timings else {
      throw ServerError.unknownAnswer(String(decoding: answer, as: UTF8.self))
    }
    return workload.isPrefill ? timings.promptPerSecond : timings.predictedPerSecond
  }

  /// All tokens over the time until the last sequence ends, once the prompts are in the server's cache.
  private func tokensPerSecondAtOnce(_ workload: Workload) throws -> Double {
    try Curl.postAtOnce(json(workload, newTokens: 1), to: address, count: workload.sequences)
    let body = try json(workload, newTokens: workload.newTokens)
    let time = try ContinuousClock().measure {
      try Curl.postAtOnce(body, to: address, count: workload.sequences)
    }
    return Double(workload.timedTokens) / (time / .seconds(1))
  }

  private var address: String { server.address + "/completion" }

  private func json(_ workload: Workload, newTokens: Int) throws -> String {
    try JSONText.of(
      Request(
        prompt: workload.prompt(vocabularySize: vocabularySize), nPredict: newTokens,
        cachePrompt: !workload.isPrefill))
  }
}
