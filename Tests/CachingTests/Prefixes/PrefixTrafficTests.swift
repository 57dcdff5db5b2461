import Foundation
import Kernels
import Testing

@testable import Caching

/// Sequences of all kinds at random, in a pool that is too small for them: after each action every page has one owner.
@Suite("Prefix traffic")
struct PrefixTrafficTests {
  private static var rounds: Int {
    ProcessInfo.processInfo.environment["KVOTA_FUZZ_ITERATIONS"].flatMap(Int.init).map { $0 / 100 } ?? 60
  }

  @Test(
    "fuzz: what is reused is what would have been computed, and every byte is accounted for", arguments: 0..<4
  )
  func traffic(seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed) + 40)
    var (reused, compared) = (0, 0)
    for _ in 0..<Self.rounds / 4 { try Traffic(&random).run(&random, &reused, &compared) }
    #expect(reused > 1000 && compared > 20)
  }

  /// Some plans, some beginnings, one pool.
  private struct Traffic {
    let requests: [RandomRequest]
    let beginnings: [[Int32]]
    let prefixes: PrefixCache
    let shape: CacheShape

    init(_ random: inout SplitMix64) throws {
      var shape = try CacheShape(layers: 2, kvHeads: 2, queryHeads: 4, headDimension: 16)
      shape.window = [nil, SlidingWindow(tokens: 65, globalEvery: 2)].randomElement(using: &random) ?? nil
      shape.type = KeyValueType.allCases.randomElement(using: &random) ?? .f16
      let drawn = (0..<12).map { _ in RandomRequest(using: &random, wildness: 0) }
      requests =
        drawn.filter {
          (try? CachePlan($0.request, shape: shape, promptTokens: $0.prompt, maxNewTokens: $0.new)) != nil
        } + [RandomRequest(full: CacheRequest(), prompt: 150, new: 40)]
      beginnings = (0..<2).map { _ in Self.tokens(500, &random) }
      let peaks = try requests.map {
        try CachePlan($0.request, shape: shape, promptTokens: $0.prompt, maxNewTokens: $0.new).peakBytes
      }
      let limit = (peaks.max() ?? 0) * Int.random(in: 1...4, using: &random)
      prefixes = PrefixCache(pool: try CachePool(limitBytes: limit, shape: shape))
      self.shape = shape
    }

    private static func tokens(_ count: Int, _ random: inout SplitMix64) -> [Int32] {
      (0..<count).map { _ in Int32.random(in: 0..<9, using: &random) }
    }

    func run(_ random: inout SplitMix64, _ reused: inout Int, _ compared: inout Int) throws {
      var live: [PrefixRun] = []
      for _ in 0..<150 {
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1:
          if let run = try start(&random, live) {
            live.append(run)
            reused += run.reused
          }
        case 2 where !live.isEmpty:
          let run = live.remove(at: Int.random(in: 0..<live.count, using: &random))
          if run.reused > 0, try differs(run) {
            Issue.record("not what is computed: \(run.cache.plan.request)")
          }
          compared += run.reused > 0 ? 1 : 0
          run.end()
        default:
          guard let run = live.randomElement(using: &random), !run.isDone else { continue }
          for _ in 0..<4 where !run.isDone { run.step(atMost: Int.random(in: 1...60, using: &random)) }
          try #require(run.simulation.slotsWithForeignBytes == 0, "\(run.cache.plan.request)")
        }
        try #require(prefixes.accountError(live: live.map(\.cache)) == nil)
      }
      for run in live {
        try #require(run.simulation.slotsWithForeignBytes == 0)
        run.end()
      }
      #expect(prefixes.accountError(live: []) == nil && prefixes.pool.pagesInUse == 0)
    }

    private func start(_ random: inout SplitMix64, _ live: [PrefixRun]) throws -> PrefixRun? {
      guard let drawn = requests.randomElement(using: &random),
        let beginning = beginnings.randomElement(using: &random)
      else { return nil }
      // Longer prompts of the same request, where they are possible; they part somewhere.
      let more = Int.random(in: 0...60, using: &random)
      guard
        let plan =
          (try? CachePlan(
            drawn.request, shape: shape, promptTokens: drawn.prompt + more, maxNewTokens: drawn.new))
      else { return nil }
      var tokens = beginning
      if Bool.random(using: &random) {
        let parting = Int.random(in: 0..<500, using: &random)
        tokens = beginning[..<parting] + Self.tokens(500 - parting, &random)
      }
      let run = try PrefixRun(plan, tokens, in: prefixes)
      let pool = prefixes.pool
      if run == nil { try #require(plan.peakBytes > pool.limitBytes - pool.reservedBytes - pool.lentBytes) }
      return run
    }

    /// Whether a sequence is not where it would be had it computed everything itself.
    private func differs(_ run: PrefixRun) throws -> Bool {
      let plan = run.cache.plan
      // Where nothing is ever evicted statistics are for nobody.
      if plan.neverEvicts { return false }
      let own = PrefixCache(pool: try CachePool(limitBytes: plan.peakBytes, shape: shape))
      guard let fresh = try PrefixRun(plan, run.tokens, in: own) else { return true }
      while fresh.cache.logicalLength < run.cache.logicalLength {
        let left = run.cache.logicalLength - fresh.cache.logicalLength
        fresh.step(atMost: left)
        if fresh.cache.logicalLength > run.cache.logicalLength { return true }
      }
      return fresh.cache.state != run.cache.state
    }
  }
}

extension RandomRequest {
  init(full request: CacheRequest, prompt: Int, new: Int) {
    (self.request, self.prompt, self.new) = (request, prompt, new)
  }
}
