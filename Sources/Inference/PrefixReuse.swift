import Caching

/// Where sequences meet the prefix cache: what they begin with, whom they wait for, what they leave.
final class PrefixReuse {
  private let cache: PrefixCache
  private let isOn: Bool
  /// Prompt tokens of the sequences that asked for reuse, and those that need not be computed.
  private(set) var queriedTokens = 0
  private(set) var reusedTokens = 0

  /// Fewer tokens are not worth waiting for.
  static let leastGain = 64

  init(pool: CachePool, isOn: Bool) {
    cache = PrefixCache(pool: pool)
    self.isOn = isOn
  }

  /// What was saved is only for those who name it, and what goes on from it too.
  private func takesPart(_ sequence: TokenSequence) -> Bool {
    isOn && sequence.request.reusesPrefixes && sequence.request.resuming == nil
  }

  /// Whose prompt's tokens are scored must compute them all, but leaves them to others.
  private func reuses(_ sequence: TokenSequence) -> Bool {
    takesPart(sequence) && !sequence.request.scoresPrompt
      && (!sequence.request.savesCache || savesWhole(sequence))
  }

  /// Whether a cache that is to be saved may begin with a prefix that others computed.
  ///
  /// One that never evicts asks nothing of a prefix but keys and values. Once it is saved it goes on as others do, and may evict by what is
  /// known of its first tokens.
  private func savesWhole(_ sequence: TokenSequence) -> Bool {
    !sequence.plan.neverEvicts || sequence.plan.takesWholePrefixes
  }

  /// A cache for a sequence that waits, with what can be reused in it; nil while there is no room.
  func makeCache(for sequence: TokenSequence) -> SequenceCache? {
    let (plan, prompt) = (sequence.plan, sequence.request.prompt)
    guard takesPart(sequence) else { return cache.makeCache(plan) }
    let looks = reuses(sequence)
    guard let made = looks ? cache.makeCache(plan, prompt: prompt) : cache.makeCache(plan) else { return nil }
    if looks { queriedTokens += prompt.count }
    reusedTokens += made.logicalLength
    sequence.copyPoints = cache.copyPoints(plan, prompt: prompt, reused: made.logicalLength)
    return made
  }

  /// Whether a waiting sequence does better to let one that runs compute what both begin with.
  ///
  /// Only while that one is in its prompt, and only for much: half of the prompt, and more than what can be reused already.
  func isBetterLater(_ sequence: TokenSequence, behind running: [TokenSequence]) -> Bool {
    if let (leader, fed) = sequence.leader {
      if leader.isInPrompt, leader.fedTokens < fed { return true }
      sequence.leader = nil
    }
    guard reuses(sequence) else { return false }
    // Only who comes before it anyway is surely not held up by others.
    for leader in running where leader.isInPrompt && leader.precedes(sequence) && takesPart(leader) {
      guard let promise = promise(of: leader, to: sequence) else { continue }
      if promise.isCopyPoint { leader.addCopyPoint(promise.fed) }
      sequence.leader = (leader, promise.fed)
      return true
    }
    return false
  }

  private func promise(of leader: TokenSequence, to sequence: TokenSequence) -> PrefixPromise? {
    let prompt = sequence.request.prompt
    guard prompt.count > Self.leastGain,
      let promise = PrefixPromise(of: leader.plan, leader.request.prompt, to: sequence.plan, prompt),
      promise.fed > leader.fedTokens, promise.tokens >= prompt.count / 2
    else { return nil }
    let gain = promise.tokens - cache.reusableTokens(sequence.plan, prompt: prompt)
    return gain >= Self.leastGain ? promise : nil
  }

  /// Keeps what a step has added to prompts.
  func keep(after sequences: [TokenSequence]) {
    for sequence in sequences where takesPart(sequence) {
      guard let made = sequence.cache, made.logicalLength <= sequence.request.prompt.count else { continue }
      cache.keep(
        made, prompt: sequence.request.prompt,
        isCopyPoint: sequence.copyPoints.contains(made.logicalLength))
    }
  }

  /// Keeps what an ended sequence leaves; its cache is to be released next.
  func keep(ended sequence: TokenSequence) {
    guard takesPart(sequence), let made = sequence.cache else { return }
    cache.keepAtEnd(made, tokens: sequence.request.prompt + sequence.text)
  }

  /// What is wrong with the accounts of the pool, if anything; for tests.
  func accountError(running: [TokenSequence]) -> String? {
    cache.accountError(live: running.compactMap(\.cache))
  }
}
