import Caching
import Kernels
import Testing

@testable import Inference

@Suite struct SavedSequenceTests {
  /// A request of every policy under this allocator, each with something else besides.
  private static func requests(_ allocator: String, new: Int) -> [SequenceRequest] {
    EvictionPolicies.names.enumerated().map { index, name in
      var cache = CacheRequest(
        policy: name, budget: name == "full" ? nil : .slots(40), stride: 16, recent: .slots(6))
      if name != "full" { cache.allocator = allocator }
      cache.modifiers.value = index % 3 == 0
      cache.modifiers.decay = index % 3 == 1 ? 0.95 : 1
      cache.mode = index % 5 == 3 ? .soft : .hard
      cache.keepAttention = index % 4 == 1
      if allocator == "uniform", name != "expected", index % 2 == 0 { cache.positions = .cache }
      var request = Tiny.request(30 + 11 * index, new: new, seed: UInt64(index), cache: cache)
      request.savesCache = true
      return request
    }
  }

  /// The request that goes on with an outcome: its prompt ends with the last token, which was sampled and not fed.
  private static func next(
    _ request: SequenceRequest, after outcome: Outcome, adding tokens: [Int32] = []
  ) throws -> SequenceRequest {
    var next = request
    next.prompt += outcome.tokens + tokens
    let saved: SavedSequence = try #require(outcome.saved)
    next.resuming = saved
    return next
  }

  @Test(
    "32 tokens, saved, and 32 more on another engine are the 64 of an unbroken sequence, for every policy",
    arguments: BudgetAllocators.names, KeyValueType.allCases)
  func unbroken(allocator: String, type: KeyValueType) async throws {
    let whole = try await withEngine(settings { $0.kvType = type }) {
      try await outcomes(Self.requests(allocator, new: 64), of: $0)
    }
    let requests = Self.requests(allocator, new: 32)
    let first = try await withEngine(settings { ($0.threads, $0.kvType) = (1, type) }) {
      try await outcomes(requests, of: $0)
    }
    let resumed = try zip(requests, first).map { try Self.next($0, after: $1) }
    let second = try await withEngine(settings { $0.kvType = type }) { try await outcomes(resumed, of: $0) }
    for index in requests.indices {
      #expect(first[index].tokens + second[index].tokens == whole[index].tokens, "\(requests[index].cache)")
      #expect(second[index].usage.cachedTokens == requests[index].prompt.count + 31)
      #expect(second[index].usage.residentSlots == whole[index].usage.residentSlots)
      #expect(second[index].saved?.tokens == whole[index].saved?.tokens)
    }
  }

  @Test("turns of a conversation keep within what was promised for them, and leave nothing behind")
  func promises() async throws {
    let stepped = try SteppedScheduler(settings { $0.prefillTokens = 48 })
    var requests = Self.requests("uniform", new: 12) + Self.requests("ada", new: 12)
    for turn in 0..<3 {
      let peaks = try requests.map { try stepped.plan($0).peakSlots }
      let streams = try requests.map { try stepped.submit($0).events }
      var steps = 0
      repeat {
        stepped.step()
        steps += 1
        #expect(stepped.statistics.usedBytes <= stepped.statistics.reservedBytes)
      } while !stepped.scheduler.isIdle && steps < 1000
      #expect(stepped.pool.reservedBytes == 0 && stepped.pool.usedBytes == 0)
      for (index, stream) in streams.enumerated() {
        let outcome = await Outcome(stream)
        #expect(outcome.usage.residentSlots <= peaks[index])
        requests[index] = try Self.next(
          requests[index], after: outcome, adding: Tiny.prompt(20 + turn, seed: UInt64(index)))
      }
    }
  }

  @Test("a prompt that does not go on from the saved tokens is refused with the position")
  func refusals() async throws {
    let request = Self.requests("uniform", new: 4)[2]
    try await withEngine { engine in
      let first = try await outcomes([request], of: engine)[0]
      var other = try Self.next(request, after: first)
      other.prompt[7] = (other.prompt[7] + 1) % 131
      #expect(throws: AdmissionError.notResumable(7)) { try engine.plan(other) }
      other.prompt = first.saved?.tokens ?? []
      #expect(throws: AdmissionError.notResumable(request.prompt.count + 3)) { try engine.plan(other) }
    }
  }

  @Test(
    "a first turn that is saved knows as much of its prompt, whatever others have computed of it",
    arguments: EvictionPolicies.names)
  func warm(policy: String) async throws {
    for option in 0..<3 {
      var cache = CacheRequest(policy: policy, budget: policy == "full" ? nil : .slots(200))
      (cache.keepAttention, cache.modifiers.value) = (option == 1, option == 2)
      var request = Tiny.request(100, new: 20, cache: cache)
      request.savesCache = true
      guard (try? SteppedScheduler(settings()).plan(request)) != nil else { continue }
      let cold = try await withEngine { try await outcomes([request], of: $0)[0] }
      let warm = try await withEngine { engine in
        _ = try await outcomes([Tiny.request(100, new: 1)], of: engine)
        return try await outcomes([request], of: engine)[0]
      }
      #expect(warm == cold)
      #expect(warm.saved?.cache.bytes == cold.saved?.cache.bytes, "\(cache)")
      if option == 0, ["full", "h2o", "streaming"].contains(policy) {
        #expect(warm.usage.cachedTokens >= 96)
      }
    }
  }

  @Test("a cancelled sequence is not saved")
  func cancelled() async throws {
    let stepped = try SteppedScheduler(settings())
    var request = Tiny.request(10, new: 100)
    request.savesCache = true
    let sequence = try stepped.submit(request)
    stepped.step()
    stepped.cancel(sequence.id)
    stepped.step()
    let outcome = await Outcome(sequence.events)
    #expect(outcome.reason == .cancelled && outcome.saved == nil)
  }
}
