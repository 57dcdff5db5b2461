@testable import Caching

/// A sequence that begins with what a prefix cache has, and leaves what it should, step by step.
final class PrefixRun {
  let simulation: Simulation
  let prompt: [Int32]
  /// The prompt and what is generated.
  let tokens: [Int32]
  let reused: Int
  private let prefixes: PrefixCache
  private let copyPoints: [Int]
  private let attention = MadeUpAttention().callAsFunction

  /// Nil if there is no room.
  init?(_ plan: CachePlan, _ tokens: [Int32], in prefixes: PrefixCache) throws {
    let prompt = Array(tokens.prefix(plan.promptTokens))
    guard let cache = prefixes.makeCache(plan, prompt: prompt) else { return nil }
    (self.prompt, self.tokens, self.prefixes) = (prompt, tokens, prefixes)
    reused = cache.logicalLength
    copyPoints = prefixes.copyPoints(plan, prompt: prompt, reused: reused)
    simulation = try Simulation(plan, cache: cache)
    (simulation.writesBytes, simulation.tokens) = (true, tokens)
  }

  var cache: SequenceCache { simulation.cache }
  var isDone: Bool { cache.logicalLength >= cache.plan.maxTotalTokens }

  func step(atMost: Int = .max) {
    let fed = cache.logicalLength
    let end = copyPoints.first { $0 > fed } ?? prompt.count
    var chunk = cache.plan.nextChunk(fed: fed, atMost: min(atMost, end - fed))
    // Chunks that must stay whole are taken whatever their size; generated tokens come singly.
    if chunk == 0 { chunk = max(1, cache.plan.nextChunk(fed: fed, atMost: cache.plan.longestChunk)) }
    simulation.step(chunk, attention: attention)
    if cache.logicalLength <= prompt.count {
      prefixes.keep(cache, prompt: prompt, isCopyPoint: copyPoints.contains(cache.logicalLength))
    }
  }

  /// Runs to the end of the prompt or of all.
  func run(promptOnly: Bool = false) {
    while promptOnly ? cache.logicalLength < prompt.count : !isDone { step() }
  }

  func end() {
    prefixes.keepAtEnd(cache, tokens: tokens)
    prefixes.pool.release(cache)
  }
}

extension SequenceCache {
  /// All that steps to come depend on but for keys and values, newest ones among them: every head's counts, positions, columns, ranks.
  var state: [[UInt8]] {
    (0..<plan.shape.heads).map { index in
      let head = head(index)
      var bytes = withUnsafeBytes(of: (head.counts.slots, head.counts.holes)) { Array($0) }
      var pieces = head.livePieces
      if head.newestPage != nil { pieces.remove(at: pieces.count - 2) }
      for piece in pieces { bytes += piece }
      return bytes
    }
  }
}
