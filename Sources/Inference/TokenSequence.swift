import Caching

/// One request under way: what was asked, its cache once admitted, and how far it has come.
///
/// Belongs to the engine's thread.
final class TokenSequence {
  let id: UInt64
  let request: SequenceRequest
  let plan: CachePlan
  let events: AsyncStream<TokenEvent>.Continuation
  let submitted: ContinuousClock.Instant
  /// Its turn: sequences get on in the order of their deadlines.
  let deadline: ContinuousClock.Instant

  private(set) var cache: SequenceCache?
  private var sampler: Sampler
  /// The token to feed next, once the prompt is done: an array, so that a step need not make one.
  private var next: [Int32] = [0]
  private(set) var generated = 0
  /// Tokens that were generated, if the sequence is to be saved.
  private var generatedTokens: [Int32] = []
  private var cachedTokens = 0
  private var admitted: ContinuousClock.Instant
  private var firstToken: ContinuousClock.Instant?
  /// Set when the sequence has come to its end.
  private(set) var finish: FinishReason?
  /// Row of its logits in this step.
  var logitsRow: Int?

  init(_ arrival: Arrival, deadline: ContinuousClock.Instant) {
    self.deadline = deadline
    id = arrival.id
    request = arrival.request
    plan = arrival.plan
    events = arrival.events
    submitted = arrival.submitted
    admitted = arrival.submitted
    sampler = Sampler(arrival.request.sampling, prompt: arrival.request.prompt)
  }

  /// What it adds to the queue while it waits.
  var load: QueueLoad { request.load(plan) }

  /// Whether it goes before another; of equals, the one that came first.
  func precedes(_ other: TokenSequence) -> Bool {
    deadline == other.deadline ? id < other.id : deadline < other.deadline
  }

  /// Whether the whole prompt has been fed.
  var isDecoding: Bool { (cache?.logicalLength ?? 0) >= request.prompt.count }

  func admit(_ cache: SequenceCache, at now: ContinuousClock.Instant) {
    self.cache = cache
    cachedTokens = cache.logicalLength
    admitted = now
  }

  /// The tokens to feed in a step that has room for `room` prompt tokens; empty if none fit.
  func nextTokens(room: Int) -> ArraySlice<Int32> {
    guard let cache else { return [] }
    let fed = cache.logicalLength
    guard fed < request.prompt.count else { return next[...] }
    return request.prompt[fed..<fed + plan.nextChunk(fed: fed, atMost: room)]
  }

  /// Samples from this step's logits; the token comes out in `accept`, on the engine's thread.
  func sample(_ logits: inout MutableSpan<Float>, candidates: inout Candidates) {
    let forbidden = generated < request.minTokens ? request.stopTokens : []
    next[0] = sampler.sample(&logits, forbidding: forbidden, candidates: &candidates)
  }

  /// Takes the sampled token: emits it, or ends; returns whether it was emitted.
  func accept(at now: ContinuousClock.Instant) -> Bool {
    if firstToken == nil { firstToken = now }
    guard !request.stopTokens.contains(next[0]) else {
      end(.stop)
      return false
    }
    generated += 1
    if request.savesCache { generatedTokens.append(next[0]) }
    events.yield(.token(next[0]))
    if generated >= request.maxTokens || (cache?.logicalLength ?? 0) >= plan.maxTotalTokens { end(.length) }
    return true
  }

  /// Ends a sequence of which nothing more is wanted.
  func end(_ reason: FinishReason) {
    if finish == nil { finish = reason }
  }

  /// Hands the receiver the cache that was asked for, unless the sequence was cancelled; O(bytes of the cache).
  func announceCache(of pool: CachePool) {
    guard request.savesCache, let cache, finish == .stop || finish == .length else { return }
    let tokens = (request.prompt + generatedTokens).prefix(cache.logicalLength)
    events.yield(.saved(SavedSequence(tokens: Array(tokens), cache: pool.save(cache))))
  }

  /// Tells the receiver of the end.
  func announceEnd(at now: ContinuousClock.Instant) -> SequenceUsage {
    let usage = usage(at: now)
    events.yield(.finished(finish ?? .cancelled, usage))
    events.finish()
    return usage
  }

  private func usage(at now: ContinuousClock.Instant) -> SequenceUsage {
    let first = firstToken ?? now
    var usage = SequenceUsage()
    usage.promptTokens = request.prompt.count
    usage.cachedTokens = cachedTokens
    usage.generatedTokens = generated
    usage.policy = plan.policyName
    usage.budgetSlots = plan.budgetSlots
    usage.residentSlots = cache?.residentSlots ?? 0
    usage.evictedSlots = cache?.evictedSlots ?? 0
    usage.pinnedSlots = plan.pinnedSlots
    usage.peakBytes = plan.peakBytes
    usage.queueSeconds = (admitted - submitted).seconds
    usage.prefillSeconds = (first - admitted).seconds
    usage.decodeSeconds = (now - first).seconds
    return usage
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
