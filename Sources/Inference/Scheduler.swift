import Caching
import Models

/// Decides what every step computes, and has it computed: continuous batching of sequences that each keep their own cache.
///
/// A sequence is admitted when the most bytes that its cache can ever take fit the pool beside all others' promises. So nobody is ever
/// preempted, and no request can harm another. Sequences get on in the order of their deadlines: short prompts pass long ones, and
/// the longer one waits the more of the later ones have to stand back, but for every fourth step, which begins with the shortest prompt.
/// Belongs to the engine's thread.
final class Scheduler {
  /// What a step changed for those outside.
  struct Outcome {
    /// What left the queue, admitted or cancelled.
    var left = QueueLoad()
    /// The clients of requests that ended, one for each request.
    var endedClients: [String] = []
    /// What the receivers are to be told.
    var deliveries: [Delivery] = []
  }

  private let computer: any StepComputer
  private let pool: CachePool
  private let prefixes: PrefixReuse
  private let settings: EngineSettings
  private let statistics: Shared<EngineStatistics>
  private let clock: () -> ContinuousClock.Instant
  /// Both by deadline.
  private(set) var waiting: [TokenSequence] = []
  private(set) var running: [TokenSequence] = []
  private var stepping: [TokenSequence] = []
  private var batch = Batch()
  private var pace: PrefillPace
  private var outcome = Outcome()
  private let outbox = Outbox()
  private var streams = 0
  private var promptTokensFed = 0
  /// Steps that had time for prompts.
  private var promptSteps = 0
  private var promptDepths = 0
  private var tokensEmitted = 0
  private var computeSeconds = 0.0

  /// A request may be passed for this long by others whose smaller caches fit; then nobody is let in before it.
  static let patience = Duration.seconds(5)
  /// What one step of `priority` is worth.
  static let priorityStep = Duration.seconds(10)
  /// A prompt's deadline is so many times the time to compute it after its arrival.
  static let deadlineFactor = 2.0
  /// One of so many steps begins with the prompt that has least left, whosever turn it is.
  private static let shortestPromptEvery = 4
  /// Requests that are looked at for one that fits.
  private static let lookahead = 64

  /// `clock` tells the time, which tests make up.
  init(
    computer: any StepComputer, pool: CachePool, settings: EngineSettings,
    statistics: Shared<EngineStatistics>, clock: @escaping () -> ContinuousClock.Instant = { .now }
  ) {
    self.computer = computer
    self.pool = pool
    prefixes = PrefixReuse(pool: pool, isOn: settings.prefixCache)
    self.settings = settings
    self.statistics = statistics
    self.clock = clock
    pace = PrefillPace(targetSeconds: settings.stepSeconds, mostTokens: settings.prefillTokens)
  }

  var runningCount: Int { running.count }
  var isIdle: Bool { waiting.isEmpty && running.isEmpty }

  /// One step: take what came, admit, compute a batch, sample, emit, evict, retire.
  func step(_ contents: Inbox.Contents) -> Outcome {
    let start = clock()
    outcome = Outcome()
    receive(contents)
    admit(at: start)
    buildBatch()
    if !stepping.isEmpty { compute() }
    retire()
    outcome.deliveries = outbox.take()
    publish(seconds: (clock() - start).seconds)
    // Ended sequences' caches are not to live on here until the next request.
    batch.removeAll()
    stepping.removeAll(keepingCapacity: true)
    return outcome
  }

  private func receive(_ contents: Inbox.Contents) {
    for arrival in contents.arrivals {
      let sequence = TokenSequence(arrival, deadline: deadline(of: arrival), outbox: outbox)
      waiting.insert(sequence, at: waiting.place(of: sequence))
    }
    for id in contents.cancelled {
      if let index = waiting.firstIndex(where: { $0.id == id }) {
        let sequence = waiting.remove(at: index)
        outcome.left += sequence.load
        sequence.end(.cancelled)
        close(sequence)
      }
      running.first { $0.id == id }?.end(.cancelled)
    }
  }

  /// Later by the time that the prompt takes: who comes after a deadline can never go before it, so nobody starves.
  private func deadline(of arrival: Arrival) -> ContinuousClock.Instant {
    let cost = Self.deadlineFactor * pace.promptSeconds(arrival.request.prompt.count)
    return arrival.submitted + .seconds(cost) + Self.priorityStep * arrival.request.priority
  }

  /// Lets waiting sequences in, in their order, while their promises fit the pool; but for those that soon begin with what another computes.
  private func admit(at now: ContinuousClock.Instant) {
    var index = 0
    while running.count < settings.maxSequences, index < min(waiting.count, Self.lookahead) {
      let next = waiting[index]
      if prefixes.isBetterLater(next, behind: running) {
        index += 1
      } else if let cache = prefixes.makeCache(for: next) ?? makeCacheByShrinking(for: next) {
        waiting.remove(at: index)
        outcome.left += next.load
        next.admit(cache, at: now)
        running.insert(next, at: running.place(of: next))
      } else if now - next.submitted > Self.patience {
        return
      } else {
        index += 1
      }
    }
  }

  /// Shrinks elastic caches until there is room for a waiting sequence; nil, and nothing is shrunk, if that would not do.
  ///
  /// The largest budget is halved first, so those that have most give most.
  private func makeCacheByShrinking(for next: TokenSequence) -> SequenceCache? {
    let missing = next.plan.peakBytes - pool.availableBytes
    var elastic = running.filter {
      $0.finish == nil && $0.cache?.canShrink == true && $0.mostGained(in: pool) > 0
    }
    guard !elastic.isEmpty, elastic.reduce(0, { $0 + $1.mostGained(in: pool) }) >= missing else { return nil }
    while true {
      if let cache = prefixes.makeCache(for: next) { return cache }
      guard let largest = elastic.max(by: { $0.budget < $1.budget }), let cache = largest.cache else {
        return nil
      }
      let shrink = { budget in
        self.pool.shrink(cache, to: budget) {
          self.computer.evict([largest])
          self.countEvicted(of: [largest])
        }
      }
      let minimum = largest.elasticMinimum
      let hasShrunk = shrink(max(largest.budget / 2, minimum)) || shrink(minimum)
      elastic.removeAll { $0 === largest && !hasShrunk || $0.cache?.canShrink != true }
    }
  }

  /// Every decoding sequence's token first, then prompt chunks as far as the step's time goes: a long prompt cannot stall the others.
  private func buildBatch() {
    (tokensEmitted, promptTokensFed) = (0, 0)
    for sequence in running where sequence.finish == nil && sequence.isDecoding { addToken(of: sequence) }
    streams = stepping.count
    promptDepths = 0
    if pace.wantsDecodingAlone(streams: streams) { return }
    var seconds = pace.seconds(streams: streams)
    let shortest = shortestPromptInTurn()
    var leavesTime = shortest.map { feed($0, &seconds) } ?? true
    for sequence in running where leavesTime && sequence.isInPrompt && sequence !== shortest {
      leavesTime = feed(sequence, &seconds)
    }
    guard promptTokensFed == 0 else { return }
    // Chunks that must stay whole are longer than the step should be; without them there would be no end.
    shortest.map(feedWhole)
    for sequence in running where promptTokensFed == 0 && sequence.isInPrompt { feedWhole(sequence) }
  }

  /// The prompt that has least left, in the steps that are its turn, or nil.
  ///
  /// Prompts past their deadlines would otherwise keep all that came later from their first tokens, however short, until they are done. Of less
  /// urgent ones than the first in turn none is preferred.
  private func shortestPromptInTurn() -> TokenSequence? {
    promptSteps += 1
    guard promptSteps % Self.shortestPromptEvery == 0, let first = running.first(where: \.isInPrompt) else {
      return nil
    }
    var shortest = first
    for sequence in running
    where sequence.isInPrompt && sequence.request.priority <= first.request.priority
      && sequence.promptLeft < shortest.promptLeft
    { shortest = sequence }
    return shortest
  }

  /// Feeds as much of a prompt as there is time for; returns whether that leaves some to the next.
  private func feed(_ sequence: TokenSequence, _ seconds: inout Double) -> Bool {
    let depth = sequence.cache?.residentSlots ?? 0
    let room = min(
      pace.tokens(in: seconds, depth: depth, streams: streams), settings.prefillTokens - promptTokensFed)
    let fed = add(sequence, room: room)
    // A chunk that must stay whole and is longer than there is time for: later ones do not take its turn.
    if fed == 0, promptTokensFed == 0 { return false }
    notePrompt(fed, depth: depth)
    seconds -= Double(fed) * pace.cost(depth: depth)
    // Who was given all that there was time for leaves none to the next.
    return fed < room && seconds > 0 && promptTokensFed < settings.prefillTokens
  }

  /// Feeds a chunk of a prompt, whatever time it takes.
  private func feedWhole(_ sequence: TokenSequence) {
    let depth = sequence.cache?.residentSlots ?? 0
    notePrompt(add(sequence, room: settings.prefillTokens), depth: depth)
  }

  private func notePrompt(_ tokens: Int, depth: Int) {
    promptTokensFed += tokens
    promptDepths += tokens * (depth + tokens / 2)
  }

  /// Adds a sequence's next token, and guesses as long as few sequences run: then a step reads the weights and little else.
  private func addToken(of sequence: TokenSequence) {
    // Whoever is not in the batch yet may want a row as well.
    let rows = batch.logitsRows + running.count - stepping.count
    sequence.speculate(room: settings.speculationRows - rows)
    add(sequence, room: 1)
  }

  @discardableResult
  private func add(_ sequence: TokenSequence, room: Int) -> Int {
    let tokens = sequence.nextTokens(room: room)
    guard !tokens.isEmpty, let cache = sequence.cache else { return 0 }
    cache.append(tokens.count)
    let isPrompt = cache.logicalLength <= sequence.request.prompt.count
    if isPrompt, sequence.request.scoresPrompt {
      sequence.scoredPiece = (tokens.startIndex, batch.keepHidden())
    }
    let wantsLogits = sequence.isDecoding && sequence.request.maxTokens > 0
    sequence.logitsRows = batch.append(
      tokens, cache: cache, logitsOfLast: wantsLogits ? (isPrompt ? 1 : tokens.count) : 0)
    stepping.append(sequence)
    return tokens.count
  }

  private func compute() {
    let start = clock()
    computer.forward(batch)
    if batch.logitsRows > 0 { computer.sample(stepping) }
    if batch.keepsHidden { computer.scorePrompts(of: stepping) }
    let sampled = clock()
    emit(at: sampled)
    let emitted = clock()
    computer.evict(stepping)
    computeSeconds = ((clock() - start) - (emitted - sampled)).seconds
    for sequence in stepping where sequence.wrongTokens > 0 { sequence.cache?.takeBack(sequence.wrongTokens) }
    prefixes.keep(after: stepping)
    for sequence in stepping where sequence.finish == nil { sequence.show() }
    countEvicted(of: stepping)
    pace.record(
      seconds: (clock() - start).seconds, streams: streams, promptTokens: promptTokensFed,
      depths: promptDepths)
  }

  private func emit(at now: ContinuousClock.Instant) {
    for sequence in stepping {
      if !sequence.logitsRows.isEmpty {
        tokensEmitted += sequence.accept(at: now)
      } else if sequence.isDecoding {
        sequence.end(.length)  // nothing was asked for beyond the prompt
      }
    }
  }

  private func countEvicted(of sequences: [TokenSequence]) {
    statistics.update { statistics in
      for sequence in sequences {
        statistics.evictedSlots[sequence.plan.policyName, default: 0] += sequence.cache?.lastEvicted ?? 0
      }
    }
  }

  /// Gives ended sequences' memory back and tells their receivers.
  private func retire() {
    for sequence in running where sequence.finish != nil { close(sequence) }
    running.removeAll { $0.finish != nil }
  }

  private func close(_ sequence: TokenSequence) {
    // Who waits for it may wait for long, and is not to hold its cache.
    for follower in waiting where follower.leader?.sequence === sequence { follower.leader = nil }
    sequence.announceCache(of: pool)
    sequence.showEnd()
    let usage = sequence.announceEnd(at: clock())
    if let cache = sequence.cache {
      prefixes.keep(ended: sequence)
      pool.release(cache)
    }
    if let client = sequence.request.client { outcome.endedClients.append(client.name) }
    statistics.update { statistics in
      statistics.finished[sequence.finish ?? .cancelled, default: 0] += 1
      statistics.prefillSeconds += usage.prefillSeconds
      statistics.decodeSeconds += usage.decodeSeconds
    }
  }

  private func publish(seconds: Double) {
    statistics.update { statistics in
      statistics.running = running.count
      statistics.waiting = waiting.count
      statistics.reservedBytes = pool.reservedBytes
      statistics.usedBytes = pool.usedBytes
      statistics.pagesInUse = pool.pagesInUse
      statistics.prefixBytes = pool.keptBytes
      statistics.prefixQueriedTokens = prefixes.queriedTokens
      statistics.prefixReusedTokens = prefixes.reusedTokens
      if !stepping.isEmpty {
        statistics.steps += 1
        statistics.stepSeconds += seconds
        statistics.computeSeconds += computeSeconds
      }
      statistics.sequencesStepped += stepping.count
      statistics.generatedTokens += tokensEmitted
      statistics.promptTokens += promptTokensFed
      countResidentSlots(in: &statistics.residentSlots)
    }
  }
}

extension [TokenSequence] {
  /// Where a sequence belongs among others in the order of their turns.
  ///
  /// O(log n).
  fileprivate func place(of sequence: TokenSequence) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].precedes(sequence) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Scheduler {
  /// What is wrong with the accounts of the pool, if anything; for tests.
  var accountError: String? { prefixes.accountError(running: running) }

  /// Sets every policy's count anew, in place: to iterate over the dictionary's keys or indices would copy it in every step.
  private func countResidentSlots(in slots: inout [String: Int]) {
    var index = slots.values.startIndex
    while index != slots.values.endIndex {
      slots.values[index] = 0
      slots.values.formIndex(after: &index)
    }
    for sequence in running {
      slots[sequence.plan.policyName, default: 0] += sequence.cache?.residentSlots ?? 0
    }
  }
}
