import Caching
import Grammars
import Testing

@testable import Inference

@Suite("texts of a grammar")
struct GrammarTests {
  /// Each token is the byte of its number; 3 ends a text.
  private static let trie = TokenTrie(vocabularySize: 131, endTokens: [3]) { $0 == 3 ? [] : [UInt8($0)] }

  private static func request(
    _ grammar: String, new: Int = 40, seed: UInt64 = 1, temperature: Float = 1
  ) throws -> SequenceRequest {
    var request = Tiny.request(40, new: new, seed: seed)
    request.grammar = try TokenGrammar(GBNFParser.parse(grammar), trie: trie)
    request.stopTokens = [3]
    (request.sampling.temperature, request.sampling.seed) = (temperature, seed)
    return request
  }

  private static func text(_ outcome: Outcome) -> String {
    String(decoding: outcome.tokens.map { UInt8($0) }, as: UTF8.self)
  }

  @Test("a text is one of the grammar and ends with it, greedy or drawn", arguments: [0, 1, 2] as [Float])
  func keptTo(temperature: Float) async throws {
    let requests = try (1...8).map {
      try Self.request("root ::= [ab]{3} \"-\" [0-9]{2}", seed: $0, temperature: temperature)
    }
    let made = try await withEngine { try await outcomes(requests, of: $0) }
    for outcome in made {
      #expect(Self.text(outcome).wholeMatch(of: /[ab]{3}-[0-9]{2}/) != nil)
      #expect(outcome.reason == .stop)
    }
  }

  @Test("cut by the limit it is the beginning of one")
  func cut() async throws {
    let request = try Self.request("root ::= \"abcdefgh\"", new: 5)
    let outcome = try await withEngine { try await outcomes([request], of: $0)[0] }
    #expect(Self.text(outcome) == "abcde" && outcome.reason == .length)
  }

  @Test("guesses and company change nothing, whatever the cache")
  func exact() async throws {
    var requests = try (1...4).map { seed in
      try Self.request("root ::= (\"ab\" [cd]? \"ef\" [0-9])+", new: 80, seed: seed)
    }
    requests[1].cache = CacheRequest(policy: "roco", budget: .slots(32))
    let guessing = requests.map { request in
      var request = request
      request.speculation = 8
      return request
    }
    let expected = try await withEngine { [requests] in try await outcomes(requests, of: $0) }
    #expect(try await withEngine { try await outcomes(guessing, of: $0) } == expected)
    for (request, expected) in zip(guessing, expected) {
      #expect(try await withEngine { try await outcomes([request], of: $0)[0] } == expected)
    }
    // Those of one grammar are often guessed right.
    let accepted = try await withEngine { try await outcomes(guessing, of: $0) }.map(\.usage.acceptedGuesses)
    #expect(accepted.reduce(0, +) > 0)
  }

  @Test("scores are the model's own, with all tokens among them")
  func scores() async throws {
    var free = try Self.request("root ::= \"a\"", new: 1)
    free.scoring = ScoringRequest(top: 5)
    var bound = free
    free.grammar = nil
    bound.sampling.temperature = 0
    let requests = [free, bound]
    let made = try await withEngine { try await outcomes(requests, of: $0) }
    #expect(made[1].tokens == [97])
    #expect(made[0].scores[0].top == made[1].scores[0].top)
  }

  @Test("a token that the model cannot give is replaced by one of the grammar")
  func noFiniteLogit() throws {
    let grammar = try TokenGrammar(GBNFParser.parse("root ::= \"b\""), trie: Self.trie)
    var sampler = Sampler(SamplingParameters(), prompt: [])
    var candidates = Candidates()
    for value in [Float.nan, -.infinity] {
      var logits = [Float](repeating: value, count: 131)
      var span = logits.mutableSpan
      let token = sampler.sample(&span, admitting: grammar.mask(at: grammar.start), candidates: &candidates)
      #expect(token == 98)
    }
  }

  @Test("masks reach the last token of vocabularies of any size", arguments: [1, 63, 64, 65, 127, 131])
  func maskEdges(size: Int) throws {
    let trie = TokenTrie(vocabularySize: size, endTokens: []) { $0 == size - 1 ? [97] : [98] }
    let grammar = try TokenGrammar(Grammar(.text("a")), trie: trie)
    var logits = (0..<size).map { Float($0 % 7) }
    var span = logits.mutableSpan
    grammar.mask(at: grammar.start).apply(to: &span)
    #expect(logits.indices.filter { logits[$0] > -.infinity } == [size - 1])
  }
}
