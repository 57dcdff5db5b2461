import Caching
import Testing

@testable import Inference

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Log-probabilities")
struct ScoringTests {
  private static func scored(
    _ promptTokens: Int, new: Int, top: Int = 2, seed: UInt64 = 1, cache: CacheRequest = .init()
  ) -> SequenceRequest {
    var request = Tiny.request(promptTokens, new: new, seed: seed, cache: cache)
    request.scoring = ScoringRequest(top: top, includesPrompt: true)
    return request
  }

  @Test("all tokens' probabilities add up to one, and ranks descend")
  func addUp() async throws {
    let outcome = try await withEngine { try await outcomes([Self.scored(20, new: 3, top: 131)], of: $0)[0] }
    #expect(outcome.promptScores.count == 19 && outcome.scores.count == 3)
    for score in outcome.promptScores + outcome.scores {
      #expect(abs(score.top.reduce(0.0) { $0 + exp(Double($1.logProbability)) } - 1) < 1e-5)
      let ranks = score.top.map(\.logProbability)
      #expect(ranks == ranks.sorted(by: >) && Set(score.top.map(\.token)).count == 131)
      #expect(score.top.first { $0.token == score.token }?.logProbability == score.logProbability)
    }
  }

  @Test("a prompt's tokens are scored as the model would score them when it writes them, bit for bit")
  func promptEqualsGeneration() async throws {
    let (scores, generated) = try await withEngine { engine in
      let whole = Self.scored(70, new: 0)
      var generated: [Float?] = []
      for count in stride(from: 1, to: 70, by: 7) {
        var part = Self.scored(70, new: 1, top: 131)
        part.prompt = Array(whole.prompt[..<count])
        part.scoring?.includesPrompt = false
        let ranked = try await outcomes([part], of: engine)[0].scores[0].top
        generated.append(ranked.first { $0.token == whole.prompt[count] }?.logProbability)
      }
      return (try await outcomes([whole], of: engine)[0].promptScores, generated)
    }
    #expect(scores.map(\.token) == Array(Tiny.prompt(70)[1...]))
    for (index, count) in stride(from: 1, to: 70, by: 7).enumerated() {
      #expect(scores[count - 1].logProbability == generated[index])
    }
  }

  @Test(
    "a prompt that is known already is computed again, is scored the same, and is there for others",
    arguments: [nil, "roco"])
  func knownPrompt(policy: String?) async throws {
    let cache = policy.map { CacheRequest(policy: $0, budget: .slots(48)) } ?? CacheRequest()
    let request = Self.scored(200, new: 4, cache: cache)
    var plain = request
    plain.scoring = nil
    let served = try await withEngine { [plain] engine in
      var served: [Outcome] = []
      for request in [request, plain, request, plain] { served += try await outcomes([request], of: engine) }
      return served
    }
    #expect(served[0] == served[2] && served[0].tokens == served[1].tokens)
    #expect(served[0].usage.cachedTokens == 0 && served[2].usage.cachedTokens == 0)
    #expect(served[1].usage.cachedTokens > 100 && served[3].usage.cachedTokens > 100)
    #expect(served[1].scores.isEmpty && served[1].promptScores.isEmpty)
  }

  @Test("scores are of the model's own distribution: bias, penalties and temperature leave them alone")
  func rawDistribution() async throws {
    var biased = Self.scored(30, new: 1, top: 131)
    biased.sampling.logitBias = [5: 100]
    biased.sampling.repetitionPenalty = 1.5
    let (free, pushed) = try await withEngine { [biased] engine in
      (
        try await outcomes([Self.scored(30, new: 1, top: 131)], of: engine)[0],
        try await outcomes([biased], of: engine)[0]
      )
    }
    #expect(pushed.tokens == [5] && free.tokens != [5])
    #expect(pushed.scores[0].top == free.scores[0].top)
    #expect(pushed.scores[0].logProbability == free.scores[0].top.first { $0.token == 5 }?.logProbability)
  }

  @Test("guessed tokens have the scores that they have without guesses")
  func guesses() async throws {
    var plain = Self.scored(60, new: 100)
    plain.prompt = (0..<60).map { Int32($0 % 5) }
    var guessing = plain
    guessing.speculation = 8
    let served = try await withEngine { [plain, guessing] in try await outcomes([plain, guessing], of: $0) }
    #expect(served[0] == served[1] && served[1].usage.acceptedGuesses > 0)
  }

  @Test("the stop token that ends a text is scored too")
  func stopToken() async throws {
    let request = Self.scored(40, new: 30)
    let text = try await withEngine { try await outcomes([request], of: $0)[0] }
    var stopping = request
    stopping.stopTokens = [text.tokens[5]]
    let stopped = try await withEngine { [stopping] in try await outcomes([stopping], of: $0)[0] }
    #expect(stopped.reason == .stop && stopped.scores.count == stopped.tokens.count + 1)
    #expect(stopped.scores == Array(text.scores.prefix(stopped.scores.count)))
  }

  @Test(
    "of equal logits the lowest token comes first, at widths that are no whole lanes",
    arguments: [1, 15, 16, 17, 50])
  func ranking(count: Int) {
    let logits = (0..<count).map { Float(($0 * 7) % 5) }
    let expected = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
    for top in [0, 1, 3, 20, 60] {
      let score = TokenScorer.score(of: 0, in: logits.span, top: top)
      #expect(score.top.map { Int($0.token) } == Array(expected.prefix(top)))
    }
  }
}
