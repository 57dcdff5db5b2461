import Caching
import Kernels
import ModelFixtures
import Testing

@testable import Models

/// Models in which some layers, or all, see 11 tokens.
@Suite("sliding windows") struct SlidingWindowTests {
  private static let names = ["gemma2", "gemma3", "phi3"]

  private static func load(_ name: String, set: InstructionSet? = nil) throws -> LoadedModel {
    var builder = try ArchitectureGoldens.named(name).file(quantized: false)
    if name == "phi3" { builder.metadata.append(("phi3.attention.sliding_window", .uint32(11))) }
    return try LoadedModel(OpenedModel(builder).file, set: set)
  }

  private static let tokens: [Int32] = {
    var random = SplitMix64(state: 3)
    return (0..<330).map { _ in Int32.random(in: 0..<131, using: &random) }
  }()

  /// How far logits may be apart, of the largest.
  ///
  /// The same slots lie in another order, so sums are rounded otherwise, and now and then a key or value that is stored in half
  /// precision: as between two sets of kernels.
  private static let tolerance: Float = 2e-3

  @Test(
    "a cache that is bounded by the window gives the logits of one that keeps every token",
    arguments: names, [1, 7, 32, 128])
  func equalsWhole(name: String, stride: Int) throws {
    for set in InstructionSet.available {
      let loaded = try Self.load(name, set: set)
      let plan = try CachePlan(
        CacheRequest(stride: stride), shape: loaded.pool.shape, promptTokens: 300, maxNewTokens: 30)
      let cache = try #require(loaded.pool.makeCache(plan))
      var mostBytes = 0
      let found = loaded.steps(Self.tokens, of: cache) { mostBytes = max(mostBytes, loaded.pool.usedBytes) }
      #expect(mostBytes <= plan.peakBytes && cache.evictedSlots > 0)
      var fed = 0
      let chunks = found.map { step in
        defer { fed = step.fed }
        return Array(Self.tokens[fed..<step.fed])
      }
      #expect(chunks.count > 30 + 289 / stride)
      for (step, expected) in zip(found, try loaded.logits(chunks)) {
        #expect(relativeDifference(step.logits, expected) < Self.tolerance, "\(set.name) at \(step.fed)")
      }
    }
  }

  @Test("a layer's slots are those that it sees: with one less the logits are others")
  func isTight() throws {
    let loaded = try Self.load("phi3")
    let text = Array(Self.tokens[..<12])
    let whole = try loaded.logits(text.map { [$0] })[11]
    let differences = try [10, 9].map { budget in
      let request = CacheRequest(policy: "streaming", budget: .slots(budget), sinks: 0)
      let plan = try CachePlan(request, shape: loaded.pool.shape, promptTokens: 1, maxNewTokens: 11)
      let cache = try #require(loaded.pool.makeCache(plan))
      return relativeDifference(try #require(loaded.steps(text, of: cache).last).logits, whole)
    }
    #expect(differences[0] < Self.tolerance && differences[1] > 10 * Self.tolerance)
  }

  @Test(
    "what is reused of a prompt gives the very logits that feeding it gives, for two at a time and after them",
    arguments: names)
  func reuse(name: String) throws {
    let loaded = try Self.load(name)
    let prefixes = PrefixCache(pool: loaded.pool)
    let plan = { (prompt: Int) in
      try CachePlan(CacheRequest(), shape: loaded.pool.shape, promptTokens: prompt, maxNewTokens: 30)
    }
    var expected: [Int: [Float]] = [:]
    for prompt in [120, 300] {
      let cache = try #require(loaded.pool.makeCache(try plan(prompt)))
      expected[prompt] = loaded.steps(Array(Self.tokens[..<(prompt + 30)]), of: cache).last?.logits
      loaded.pool.release(cache)
    }
    var reused: [Int] = []
    var live: [SequenceCache] = []
    for prompt in [120, 120, 300, 300] {
      let (plan, text) = (try plan(prompt), Array(Self.tokens[..<prompt]))
      let cache = try #require(prefixes.makeCache(plan, prompt: text))
      reused.append(cache.logicalLength)
      let points = prefixes.copyPoints(plan, prompt: text, reused: cache.logicalLength)
      let last = loaded.steps(Array(Self.tokens[..<(prompt + 30)]), of: cache) {
        guard cache.logicalLength <= prompt else { return }
        prefixes.keep(cache, prompt: text, isCopyPoint: points.contains(cache.logicalLength))
      }.last
      #expect(last?.logits == expected[prompt])
      live.append(cache)
    }
    #expect(reused == [0, 106, 106, 298])
    #expect(prefixes.accountError(live: live) == nil)
  }
}
