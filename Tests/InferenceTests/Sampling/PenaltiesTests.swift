import Testing

@testable import Inference

@Suite("Penalties, bias and forbidden tokens")
struct PenaltiesTests {
  /// The logits after everything that is written into them, with `generated` sampled before by force.
  private func penalized(
    _ logits: [Float], prompt: [Int32] = [], generated: [Int32] = [], _ parameters: SamplingParameters
  ) -> [Float] {
    var penalties = Penalties(parameters, prompt: prompt)
    for token in generated { penalties.record(token) }
    var result = logits
    var span = result.mutableSpan
    penalties.apply(to: &span)
    return result
  }

  @Test("presence is taken once, frequency for each time, from generated tokens only")
  func presenceAndFrequency() {
    let parameters = SamplingParameters.with {
      $0.presencePenalty = 0.5
      $0.frequencyPenalty = 0.25
    }
    let result = penalized([4, 4, 4, -4], prompt: [0], generated: [1, 1, 1, 3], parameters)
    #expect(result == [4, 4 - 0.5 - 0.75, 4, -4 - 0.5 - 0.25])
  }

  @Test("repetition divides positive and multiplies negative logits, of the prompt too")
  func repetition() {
    let parameters = SamplingParameters.with { $0.repetitionPenalty = 2 }
    let result = penalized([4, -4, 4, -4, 0], prompt: [0, 1, 1], generated: [2, 2, 4], parameters)
    #expect(result == [2, -8, 2, -4, 0])
  }

  @Test("repetition comes before the other penalties, which pass over the prompt")
  func order() {
    let parameters = SamplingParameters.with {
      $0.repetitionPenalty = 2
      $0.presencePenalty = 1
    }
    #expect(penalized([4, 4], prompt: [1], generated: [0], parameters) == [1, 2])
  }

  @Test("without penalties logits stay untouched")
  func neutral() {
    #expect(penalized([1, 2], prompt: [0], generated: [1], .with { _ in }) == [1, 2])
    #expect(penalized([1, 2], prompt: [0], .with { $0.repetitionPenalty = 0 }) == [1, 2])
  }

  @Test("a token outside the vocabulary is passed over")
  func strangeTokens() {
    let parameters = SamplingParameters.with {
      $0.repetitionPenalty = 2
      $0.logitBias = [-1: 100, 7: 100]
    }
    #expect(penalized([4, 4], prompt: [-1, 2, .max], parameters) == [4, 4])
    #expect([0, 1].contains(sampleOnce([4, 4], parameters, forbidding: [9, -3]).token))
  }

  @Test("what the sampler takes counts as generated")
  func picksAreRecorded() {
    var sampler = Sampler(
      .with {
        $0.temperature = 0
        $0.presencePenalty = 2
      }, prompt: [])
    var candidates = Candidates()
    let tokens = (0..<4).map { _ in sampler.sample([3, 2, 0.5, -9], candidates: &candidates) }
    // 3 -> 1, 2 -> 0; then the first again, and it is taken from once only.
    #expect(tokens == [0, 1, 0, 0])
  }

  @Test("forbidden tokens are never taken, and may be the next time")
  func forbidding() {
    var sampler = Sampler(.with { $0.temperature = 0 }, prompt: [])
    var candidates = Candidates()
    #expect(sampler.sample([1, 9, 3], forbidding: [1], candidates: &candidates) == 2)
    #expect(sampler.sample([1, 9, 3], candidates: &candidates) == 1)
  }

  @Test("a bias is added, and minus infinity forbids")
  func bias() {
    let greedy = SamplingParameters.with {
      $0.temperature = 0
      $0.logitBias = [0: 5, 1: -.infinity]
    }
    #expect(sampleOnce([1, 90, 3], greedy).token == 0)
  }
}
