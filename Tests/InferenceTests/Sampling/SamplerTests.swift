import Testing

@testable import Inference

@Suite("Sampler")
struct SamplerTests {
  @Test(
    "temperature 0, a tiny one and top_k 1 take the greatest logit", arguments: LogitShape.allCases,
    [1, 31, 2051])
  func greedy(shape: LogitShape, size: Int) {
    for seed in 0..<5 as Range<UInt64> {
      let logits = shape.logits(size, seed: seed)
      let best = logits.indices.first { logits[$0] == logits.max() } ?? 0
      for parameters in [
        SamplingParameters.with { $0.temperature = 0 }, .with { $0.temperature = .leastNonzeroMagnitude },
        .with { $0.temperature = .nan }, .with { $0.topK = 1 },
      ] {
        #expect(sampleOnce(logits, parameters).token == best)
      }
    }
  }

  @Test("the same seed gives the same tokens, whatever else shares the scratch")
  func determinism() {
    let logits = LogitShape.bell.logits(5000, seed: 1)
    let others = LogitShape.flat.logits(777, seed: 2)
    let parameters = SamplingParameters.with { $0.topP = 0.95 }
    var (alone, inCompany) = (Sampler(parameters, prompt: []), Sampler(parameters, prompt: []))
    var other = Sampler(.with { $0.topK = 9 }, prompt: [])
    var (first, second) = (Candidates(), Candidates())
    for _ in 0..<50 {
      let token = alone.sample(logits, candidates: &first)
      _ = other.sample(others, candidates: &second)
      #expect(inCompany.sample(logits, candidates: &second) == token)
    }
  }

  @Test("these tokens come out of these numbers on every machine")
  func golden() {
    var sampler = Sampler(.with { $0.topP = 0.9 }, prompt: [])
    var candidates = Candidates()
    let logits = (0..<100).map { Float($0 * 37 % 101) / 16 }
    let tokens = (0..<12).map { _ in sampler.sample(logits, candidates: &candidates) }
    #expect(tokens == [57, 76, 98, 46, 46, 79, 90, 54, 30, 79, 38, 60])
  }

  @Test("different seeds, and no seed twice, give different texts")
  func seeds() {
    func text(_ seed: UInt64?) -> [Int32] {
      var sampler = Sampler(.with { $0.seed = seed }, prompt: [])
      var candidates = Candidates()
      return (0..<20).map { _ in
        sampler.sample([Float](repeating: 0, count: 1000), candidates: &candidates)
      }
    }
    #expect(text(1) == text(1))
    #expect(text(1) != text(2))
    #expect(text(nil) != text(nil))
  }

  @Test("tokens come as often as their probabilities say", arguments: [Float(0.5), 1, 2])
  func frequencies(temperature: Float) {
    let logits: [Float] = (0..<40).map { Float($0 * 7 % 40) / 10 }
    var sampler = Sampler(.with { $0.temperature = temperature }, prompt: [])
    var candidates = Candidates()
    var counts = [Double](repeating: 0, count: 40)
    let draws = 40_000
    for _ in 0..<draws { counts[Int(sampler.sample(logits, candidates: &candidates))] += 1 }
    let weights = logits.map { exponential(Double($0) / Double(temperature)) }
    let total = weights.reduce(0, +)
    var chiSquare = 0.0
    for (count, weight) in zip(counts, weights) {
      let expected = Double(draws) * weight / total
      chiSquare += (count - expected) * (count - expected) / expected
    }
    // 39 degrees of freedom: 72 is passed by chance once in a thousand, 13 missed as rarely.
    #expect(chiSquare > 13 && chiSquare < 72, "chi-square \(chiSquare)")
  }

  @Test("NaN is never taken, nor is minus infinity")
  func notANumber() {
    var logits = LogitShape.bell.logits(1003, seed: 5)
    for id in logits.indices where id % 3 != 1 { logits[id] = id % 3 == 0 ? .nan : -.infinity }
    for parameters in [
      SamplingParameters.with { $0.temperature = 0 }, .with { _ in }, .with { $0.topK = 700 },
      .with { $0.topP = 0.99 }, .with { $0.minP = 1e-30 }, .with { $0.temperature = .infinity },
    ] {
      var sampler = Sampler(parameters, prompt: [])
      var candidates = Candidates()
      for _ in 0..<40 { #expect(sampler.sample(logits, candidates: &candidates) % 3 == 1) }
    }
  }

  @Test("logits without probabilities still give a token of the vocabulary")
  func hopelessLogits() {
    for count in [1, 16, 40] {
      #expect(sampleOnce([Float](repeating: .nan, count: count), .with { _ in }).token == 0)
      #expect(sampleOnce([Float](repeating: -.infinity, count: count), .with { $0.topP = 0.5 }).token == 0)
    }
    #expect(sampleOnce([0, .infinity, .infinity, .nan], .with { _ in }).token == 1)
    #expect(sampleOnce([-.greatestFiniteMagnitude, .greatestFiniteMagnitude], .with { _ in }).token == 1)
    #expect(sampleOnce([], .with { _ in }).token == 0)
  }

  @Test("a draw at either end stays among the tokens that are left")
  func ends() {
    var candidates = Candidates()
    let logits = LogitShape.bell.logits(999, seed: 6)
    candidates.weigh(logits.span, greatest: logits.max() ?? 0, temperature: 1)
    candidates.keepHeaviest(until: .tokens(30))
    #expect(candidates.draw(at: 0) == candidates.kept.first)
    #expect(candidates.draw(at: Double(1).nextDown) == candidates.kept.last)
  }

  @Test("weights are the exponential within two units in the last place")
  func exponentials() {
    let inputs = (0..<20_000).map { -Float($0) * 0.00435 }
    var candidates = Candidates()
    candidates.weigh(inputs.span, greatest: 0, temperature: 1)
    for (id, input) in inputs.enumerated() {
      let weight = Double(candidates.weights[id / 16][id % 16])
      let exact = exponential(Double(input))
      guard abs(weight - exact) > exact * 0x1p-22 else { continue }
      Issue.record("e^\(input) is \(exact), not \(weight)")
    }
    #expect(candidates.weights[0][0] == 1)
  }
}
