import Caching
import Testing

@testable import Inference

@Suite struct SequenceWatchTests {
  /// What a viewer saw from its first look to the end.
  private struct Seen {
    var moments = 0
    var held: [Set<Int>] = []
    var last: SequenceWatch.Sighting?

    init(_ watch: SequenceWatch) async {
      var resident: ResidentTokens?
      while let sighting = await watch.next() {
        moments += 1
        var told = resident ?? ResidentTokens(heads: sighting.shape.heads)
        if resident == nil { held = Array(repeating: [], count: sighting.shape.heads) }
        let fed = told.fed
        for (head, runs) in told.advance(to: sighting.cache).enumerated() {
          held[head].formUnion(fed..<sighting.cache.fed)
          for run in runs { held[head].subtract(run) }
        }
        resident = told
        last = sighting
        if sighting.finish != nil { return }
      }
    }
  }

  private func request(_ policy: String, new: Int = 40) throws -> SequenceRequest {
    let evicts = try EvictionPolicies.description(named: policy).evicts
    return Tiny.request(150, new: new, cache: .init(policy: policy, budget: evicts ? .slots(40) : nil))
  }

  /// Returns once somebody waits for the next moment.
  private func untilAsked(_ watch: SequenceWatch) async { while !watch.isAsked { await Task.yield() } }

  @Test("a viewer ends with the counts of the usage, under every policy", arguments: EvictionPolicies.names)
  func countsAgree(policy: String) async throws {
    var request = try request(policy)
    let watch = SequenceWatch()
    request.watch = watch
    async let viewer = Seen(watch)
    await untilAsked(watch)
    let outcome = try await withEngine { [request] in try await outcomes([request], of: $0)[0] }
    let seen = await viewer
    let last = try #require(seen.last)
    #expect(last.finish == .length && last.generated == outcome.tokens && last.prompt == request.prompt)
    #expect(last.cache.residentSlots == outcome.usage.residentSlots)
    #expect(last.cache.evictedSlots == outcome.usage.evictedSlots)
    let total = seen.held.reduce(0) { $0 + $1.count }
    #expect((total + last.shape.heads - 1) / last.shape.heads == outcome.usage.residentSlots)
  }

  @Test("being watched changes no token")
  func changesNothing() async throws {
    let plain = try request("roco")
    var watched = plain
    let watch = SequenceWatch()
    watched.watch = watch
    async let viewer = Seen(watch)
    await untilAsked(watch)
    let both = try await withEngine { [watched] engine in
      try await outcomes([plain], of: engine) + outcomes([watched], of: engine)
    }
    #expect(both[0].tokens == both[1].tokens)
    let moments = await viewer.moments
    #expect(moments > 1)
  }

  @Test("a viewer who looks once and not again holds up nothing, and finds the end when it looks")
  func slowViewer() async throws {
    var request = try request("h2o")
    let watch = SequenceWatch()
    request.watch = watch
    async let first = watch.next()
    await untilAsked(watch)
    let outcome = try await withEngine { [request] in try await outcomes([request], of: $0)[0] }
    let early = try #require(await first)
    #expect(early.finish == nil)
    let last = try #require(await watch.next())
    #expect(last.finish == .length && last.generated == outcome.tokens)
    #expect(last.cache.residentSlots == outcome.usage.residentSlots)
  }

  @Test("nothing is kept of a sequence at which nobody looked")
  func nobodyLooks() async throws {
    var request = try request("roco")
    let watch = SequenceWatch()
    request.watch = watch
    _ = try await withEngine { [request] in try await outcomes([request], of: $0) }
    let isSeen = await watch.next() != nil
    #expect(!isSeen)
  }

  @Test("who is cancelled or replaced gets nothing, and who replaces goes on")
  func replaced() async throws {
    let left = SequenceWatch()
    let waiting = Task { await left.next() != nil }
    waiting.cancel()
    #expect(await waiting.value == false)
    let watch = SequenceWatch()
    let early = Task { await watch.next() != nil }
    await untilAsked(watch)
    async let late = Seen(watch)
    #expect(await early.value == false)
    var request = try request("tova")
    request.watch = watch
    _ = try await withEngine { [request] in try await outcomes([request], of: $0) }
    let seen = await late
    #expect(seen.last?.finish == .length)
  }

  @Test("a sequence that ends before it runs shows nothing")
  func neverRan() async {
    let watch = SequenceWatch()
    async let early = watch.next() != nil
    await untilAsked(watch)
    watch.end()
    #expect(await early == false)
    let isSeen = await watch.next() != nil
    #expect(!isSeen)
  }
}
