import Caching
import ModelFixtures
import Testing

@testable import Inference

@Suite(.enabled(if: DefaultModel.isPresent, "the default model's file is absent"), .serialized)
struct DefaultModelTests {
  private func greedy(_ prompt: [Int32], new: Int, cache: CacheRequest = .init()) -> SequenceRequest {
    var sampling = SamplingParameters()
    sampling.temperature = 0
    return SequenceRequest(prompt: prompt, maxTokens: new, sampling: sampling, cache: cache)
  }

  @Test("eight real prompts give the same greedy tokens alone and together")
  func aloneAndTogether() async throws {
    let texts = try DefaultModel.texts.map(\.fed)
    let requests = (0..<8).map { index in
      let text = texts[index % texts.count]
      return greedy(Array(text.prefix(index < texts.count ? text.count : text.count / 2 + 1)), new: 24)
    }
    let limits = settings(pool: 1 << 30) { $0.prefillTokens = 48 }
    let (alone, together) = try await withEngine(limits, path: DefaultModel.path) { engine in
      var alone: [Outcome] = []
      for request in requests { alone += try await outcomes([request], of: engine) }
      return (alone, try await outcomes(requests, of: engine))
    }
    #expect(alone == together && alone.allSatisfy { $0.tokens.count == 24 })
  }

  @Test(
    "a prompt of 6,000 tokens under a budget of 512 finishes within its formula's bytes",
    arguments: ["roco", "streaming"])
  func longPrompt(policy: String) async throws {
    var random = SplitMix64(state: 6000)
    let prompt = (0..<6000).map { _ in Int32.random(in: 0..<49_152, using: &random) }
    let request = greedy(prompt, new: 20, cache: .init(policy: policy, budget: .slots(512), stride: 32))
    let (outcome, peak) = try await withEngine(settings(pool: 64 << 20), path: DefaultModel.path) { engine in
      var peak = 0
      let stream = try engine.submit(request)
      let watched = Task { await Outcome(stream) }
      while engine.statistics.finished.isEmpty {
        peak = max(peak, engine.statistics.usedBytes)
        await Task.yield()
      }
      return (await watched.value, peak)
    }
    // 30 layers of 3 KV heads: 34 pages of 16 slots x 64 x (key + value) x 2 bytes, and a block of bookkeeping.
    let columns = policy == "roco" ? 2 : 0
    let block = (64 + 4 * (16 * 34 * (2 + columns) + 34 + 32) + 63) / 64 * 64
    let expected = 30 * 3 * (34 * 16 * 64 * 2 * 2 + block)
    #expect(outcome.usage.peakBytes == expected && peak <= expected && peak > expected / 2)
    #expect(outcome.tokens.count == 20 && outcome.reason == .length && outcome.usage.residentSlots == 512)
  }
}
