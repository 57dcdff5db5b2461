import Caching
import Foundation
import Inference

/// Requests of every kind, from a seed.
struct SoakRequests {
  private struct KVCache: Encodable {
    let policy: String
    let budget: Int?
  }

  private struct Body: Encodable {
    let prompt: [Int32]
    let maxTokens: Int
    let n: Int
    let stream: Bool
    let temperature: Double
    let kvCache: KVCache
    let ignoreEos = true
  }

  private let maker: RequestMaker
  private var random: SeededGenerator

  private static let longestPrompt = 2000.0
  private static let longestAnswer = 192
  private static let budgets = [64, 128, 256, 512]
  private static let policies = EvictionPolicies.all.filter(\.evicts).map(\.name)
  private static let longestPatience = 4.0

  init(vocabularySize: Int, seed: UInt64) {
    maker = RequestMaker(vocabularySize: vocabularySize)
    random = SeededGenerator(seed: seed)
  }

  mutating func next() throws -> LoadRequest {
    // Short prompts are as frequent as long ones: lengths spread evenly over orders of magnitude.
    let promptTokens = Int(pow(Self.longestPrompt, random.nextUnit()))
    let maxTokens = Int.random(in: 1...Self.longestAnswer, using: &random)
    let isStreamed = happens(0.75)
    let body = Body(
      prompt: maker.tokens(promptTokens, using: &random), maxTokens: maxTokens,
      n: happens(0.8) ? 1 : .random(in: 2...4, using: &random), stream: isStreamed,
      temperature: happens(0.5) ? 0 : 1, kvCache: cache())
    return LoadRequest(
      promptTokens: promptTokens, path: "/v1/completions", json: try JSONText.of(line: body),
      isStreamed: isStreamed, departure: departure(maxTokens))
  }

  private mutating func cache() -> KVCache {
    guard happens(0.7), let policy = Self.policies.randomElement(using: &random) else {
      return KVCache(policy: "full", budget: nil)
    }
    return KVCache(policy: policy, budget: Self.budgets.randomElement(using: &random))
  }

  private mutating func departure(_ maxTokens: Int) -> LoadRequest.Departure? {
    guard happens(1.0 / 3) else { return nil }
    return happens(0.5)
      ? .afterEvents(.random(in: 0...maxTokens, using: &random))
      : .afterSeconds(random.nextUnit() * Self.longestPatience)
  }

  private mutating func happens(_ share: Double) -> Bool { random.nextUnit() < share }
}
