import Caching
import Grammars

/// One request under way: what was asked, its cache once admitted, and how far it has come.
///
/// Belongs to the engine's thread.
final class TokenSequence {
  let id: UInt64
  let request: SequenceRequest
  let plan: CachePlan
  private let receiver: AsyncStream<TokenEvent>.Continuation
  private let outbox: Outbox
  let submitted: ContinuousClock.Instant
  /// Its turn: sequences get on in the order of their deadlines.
  let deadline: ContinuousClock.Instant

  private(set) var cache: SequenceCache?
  private var sampler: Sampler
  /// Where the text is in its grammar, if it has one.
  private var position: GrammarPosition?
  /// What to feed next, once the prompt is done: the last token, and guesses of those that follow it.
  private var next: [Int32] = [0]
  /// What was sampled after each of them, up to the first wrong guess.
  private var sampled: [Int32] = []
  /// Their scores, if they are asked for.
  private var scores: [TokenScore] = []
  private var lookup: PromptLookup?
  /// The tokens that were emitted.
  private(set) var text: [Int32] = []
  var generated: Int { text.count }
  private var admitted: ContinuousClock.Instant
  private var firstToken: ContinuousClock.Instant?
  /// Set when the sequence has come to its end.
  private(set) var finish: FinishReason?
  /// Prompt tokens that were there when it was admitted.
  private var cachedTokens = 0
  /// Positions of the prompt at which its cache is copied for sequences to come; ascending.
  var copyPoints: [Int] = []
  /// Whom it waits for, since both begin alike, and until how many tokens have been fed to that one.
  var leader: (sequence: TokenSequence, fed: Int)?
  /// Rows of its logits in this step: after its last prompt token, or after each token of `next`.
  var logitsRows = 0..<0
  /// The prompt's tokens that this step feeds and whose successors are to be scored: the first one's position, and its row in the batch.
  var scoredPiece: (position: Int, row: Int)?

  init(_ arrival: Arrival, deadline: ContinuousClock.Instant, outbox: Outbox) {
    self.deadline = deadline
    self.outbox = outbox
    id = arrival.id
    request = arrival.request
    plan = arrival.plan
    receiver = arrival.events
    submitted = arrival.submitted
    admitted = arrival.submitted
    position = arrival.request.grammar?.start
    sampler = Sampler(arrival.request.sampling, prompt: arrival.request.prompt)
    if arrival.request.speculation > 0 {
      lookup = PromptLookup(prompt: arrival.request.prompt, most: arrival.request.speculation)
    }
  }

  /// Slots that it has now, and to which it may be shrunk.
  var budget: Int { cache?.plan.budgetSlots ?? 0 }
  var elasticMinimum: Int { request.cache.elasticMinimum ?? budget }
  /// What `mostGained` was with this budget.
  private var gain: (budget: Int, bytes: Int)?

  /// What it adds to the queue while it waits.
  var load: QueueLoad { request.load(plan) }

  /// Whether it goes before another; of equals, the one that came first.
  func precedes(_ other: TokenSequence) -> Bool {
    deadline == other.deadline ? id < other.id : deadline < other.deadline
  }

  var fedTokens: Int { cache?.logicalLength ?? 0 }
  /// Whether the whole prompt has been fed.
  var isDecoding: Bool { fedTokens >= request.prompt.count }
  /// Tokens of the prompt that are still to be fed.
  var promptLeft: Int { max(0, request.prompt.count - fedTokens) }
  /// Whether it is being fed its prompt.
  var isInPrompt: Bool { finish == nil && cache != nil && !isDecoding }

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
    let end = copyPoints.first { $0 > fed } ?? request.prompt.count
    return request.prompt[fed..<fed + plan.nextChunk(fed: fed, atMost: min(room, end - fed))]
  }

  /// Bytes that would be free if its cache were shrunk as far as it may be; a plan's worth of work, and none if its budget is as it was.
  func mostGained(in pool: CachePool) -> Int {
    guard let cache else { return 0 }
    if let gain, gain.budget == budget { return gain.bytes }
    let bytes = pool.bytesGained(cache, shrunkTo: elasticMinimum)
    gain = (budget, bytes)
    return bytes
  }

  func addCopyPoint(_ position: Int) {
    guard !copyPoints.contains(position) else { return }
    copyPoints.insert(position, at: copyPoints.firstIndex { $0 > position } ?? copyPoints.count)
  }

  /// Guesses up to `room` tokens after the next one, if the request wants that and the cache can take wrong ones back.
  func speculate(room: Int) {
    guard let lookup, let cache else { return }
    let tokens = min(room + 1, request.maxTokens - generated)
    lookup.guess(room: cache.unevictedTokens(atMost: tokens) - 1, into: &next)
  }

  /// Samples after this step's tokens, one after the other as long as the guesses were right.
  ///
  /// The same tokens come out as without guesses: logits do not depend on them, and the generator moves on with each token only.
  /// They are emitted in `accept`, on the engine's thread.
  func sample(
    with scratch: SamplingScratch, _ withLogits: (Int, (inout MutableSpan<Float>) -> Int32) -> Int32
  ) {
    sampled.removeAll(keepingCapacity: true)
    scores.removeAll(keepingCapacity: true)
    for (index, row) in logitsRows.enumerated() {
      let forbidden = generated + index < request.minTokens ? request.stopTokens : []
      let mask = position.flatMap { request.grammar?.mask(at: $0) }
      let token = withLogits(row) { logits in
        if request.scoring != nil { scratch.scorer.keep(logits.span) }
        return sampler.sample(
          &logits, forbidding: forbidden, admitting: mask, candidates: &scratch.candidates)
      }
      position = position.flatMap { request.grammar?.position(after: token, at: $0) }
      sampled.append(token)
      if let scoring = request.scoring { scores.append(scratch.scorer.score(of: token, top: scoring.top)) }
      guard index + 1 < next.count, next[index + 1] == token else { return }
    }
  }

  /// Has the prompt's tokens scored that follow those which this step has fed, and tells the receiver.
  func scorePrompt(_ scores: (ArraySlice<Int32>, _ row: Int, _ top: Int) -> [TokenScore]) {
    guard let piece = scoredPiece, let scoring = request.scoring else { return }
    scoredPiece = nil
    let followers = request.prompt[..<min(fedTokens + 1, request.prompt.count)].dropFirst(piece.position + 1)
    guard !followers.isEmpty else { return }
    outbox.add(.promptScores(scores(followers, piece.row, scoring.top)), to: receiver)
  }

  /// Takes the sampled tokens: emits them, or ends; returns how many were emitted.
  func accept(at now: ContinuousClock.Instant) -> Int {
    if firstToken == nil { firstToken = now }
    let before = generated
    var taken = 0
    while taken < sampled.count, finish == nil {
      if taken < scores.count { outbox.add(.score(scores[taken]), to: receiver) }
      emit(sampled[taken], fed: taken + 1)
      taken += 1
    }
    wrongTokens = next.count - taken
    lookup?.learn(right: taken - 1, of: next.count - 1)
    next.removeAll(keepingCapacity: true)
    next.append(sampled[taken - 1])
    return generated - before
  }

  /// Tokens of this step that no sequence without guesses would have fed.
  private(set) var wrongTokens = 0

  /// Emits a token, `fed` tokens of the step having been fed before it.
  private func emit(_ token: Int32, fed: Int) {
    guard !request.stopTokens.contains(token) else { return end(.stop) }
    text.append(token)
    lookup?.append(token)
    outbox.add(.token(token), to: receiver)
    let length = fedTokens - logitsRows.count + fed
    if generated >= request.maxTokens || length >= plan.maxTotalTokens { end(.length) }
  }

  /// Ends a sequence of which nothing more is wanted.
  func end(_ reason: FinishReason) {
    if finish == nil { finish = reason }
  }

  /// Hands the receiver the cache that was asked for, unless the sequence was cancelled; O(bytes of the cache).
  func announceCache(of pool: CachePool) {
    guard request.savesCache, let cache, finish == .stop || finish == .length else { return }
    let tokens = (request.prompt + text).prefix(cache.logicalLength)
    outbox.add(.saved(SavedSequence(tokens: Array(tokens), cache: pool.save(cache))), to: receiver)
  }

  /// Tells the receiver of the end.
  func announceEnd(at now: ContinuousClock.Instant) -> SequenceUsage {
    let usage = usage(at: now)
    outbox.add(.finished(finish ?? .cancelled, usage), to: receiver)
    return usage
  }

  private func usage(at now: ContinuousClock.Instant) -> SequenceUsage {
    let first = firstToken ?? now
    var usage = SequenceUsage()
    usage.promptTokens = request.prompt.count
    usage.cachedTokens = cachedTokens
    usage.generatedTokens = generated
    usage.policy = plan.policyName
    usage.budgetSlots = (cache?.plan ?? plan).budgetSlots
    usage.firstBudgetSlots = plan.budgetSlots
    usage.residentSlots = cache?.residentSlots ?? 0
    usage.evictedSlots = cache?.evictedSlots ?? 0
    usage.pinnedSlots = plan.pinnedSlots
    usage.peakBytes = plan.peakBytes
    usage.acceptedGuesses = lookup?.accepted ?? 0
    usage.rejectedGuesses = lookup?.rejected ?? 0
    usage.queueSeconds = (admitted - submitted).seconds
    usage.prefillSeconds = (first - admitted).seconds
    usage.decodeSeconds = (now - first).seconds
    return usage
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
