import Caching
import Kernels
import Testing

@testable import Inference

/// No sequence learns of the others in its batch.
@Suite struct CompanyTests {
  /// Requests of every policy under this allocator, each with something else besides.
  private static func requests(_ allocator: String) -> [SequenceRequest] {
    EvictionPolicies.names.enumerated().map { index, name in
      var cache = CacheRequest(
        policy: name, budget: name == "full" ? nil : .slots(40), stride: 16, recent: .slots(6))
      if name != "full" { cache.allocator = allocator }
      cache.modifiers.value = index % 3 == 0
      cache.modifiers.decay = index % 3 == 1 ? 0.95 : 1
      cache.modifiers.guardShare = index % 4 == 2 ? 0.1 : 0
      cache.mode = index % 5 == 3 ? .soft : .hard
      cache.keepAttention = index % 4 == 1
      if allocator == "uniform", name != "expected", index % 2 == 0 { cache.positions = .cache }
      if cache.policy != "full", name != "snapkv", let interval = interval(name) {
        cache.parameters = ["interval": interval]
      }
      var request = Tiny.request(90 + 7 * index, new: 20, seed: UInt64(index), cache: cache)
      // Log-probabilities show every bit of the logits.
      request.scoring = ScoringRequest(top: index % 4, includesPrompt: true)
      return request
    }
  }

  private static func interval(_ name: String) -> Double? {
    let description = EvictionPolicies.all.first { $0.name == name }
    return description?.parameters.contains { $0.name == "interval" } == true ? 4 : nil
  }

  @Test(
    "every policy under every allocator gives the same tokens and scores alone and in company, with one thread and with three",
    arguments: BudgetAllocators.names, KeyValueType.allCases)
  func sameTokens(allocator: String, type: KeyValueType) async throws {
    let requests = Self.requests(allocator)
    let alone = try await withEngine(settings { ($0.threads, $0.kvType) = (1, type) }) { engine in
      var alone: [Outcome] = []
      for request in requests { alone += try await outcomes([request], of: engine) }
      return alone
    }
    let together = try await withEngine(
      settings { ($0.threads, $0.prefillTokens, $0.kvType) = (3, 48, type) }
    ) {
      try await outcomes(requests.reversed(), of: $0)
    }
    #expect(alone == together.reversed() && alone.allSatisfy { $0.reason == .length })
    #expect(Set(alone.map(\.tokens)).count == requests.count)
  }
}
