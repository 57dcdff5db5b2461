package import Caching
package import GGUF
package import Kernels
package import Models

/// Runs a model for many requests at once: requests go in from anywhere, tokens come out as streams, and one thread computes.
///
/// `run` steps the scheduler until `stop` and suspends once between steps. Cancelling a stream (or dropping it) cancels its sequence
/// before the next step.
package actor Engine {
  /// The model's numbers.
  package nonisolated let configuration: ModelConfiguration
  package nonisolated let settings: EngineSettings
  package nonisolated let cacheShape: CacheShape
  /// Bytes of packed weights.
  package nonisolated let weightBytes: Int
  /// The instruction set in use.
  package nonisolated let instructions: String
  /// Most tokens of a sequence, prompt included; with cache positions, most of its slots at any moment.
  package nonisolated let contextLength: Int

  private nonisolated let thread = ComputeThread()
  private nonisolated let inbox: Inbox
  private nonisolated let shared = Shared(EngineStatistics())
  private let scheduler: Scheduler
  private let compute: Compute

  package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.unowned }

  /// Loads the model in `file` and sets up the pool; `progress` is told the share done, 0 to 1.
  ///
  /// Throws `ModelError`, `ThreadStartError`, or `CacheError` when the pool cannot hold anything.
  package init(
    file: GGUFFile, settings: EngineSettings, instructions: InstructionSet,
    progress: (Double) -> Void = { _ in }
  ) throws {
    let threads: ThreadPool
    do { threads = try ThreadPool(threads: settings.threads) } catch {
      thread.stop()
      throw error
    }
    let compute = Compute(instructions: instructions, pool: threads)
    let (model, pool): (Model, CachePool)
    var shape: CacheShape
    do {
      model = try Model(
        file: file, compute: compute, maxTokens: settings.stepTokens,
        maxLogitsRows: settings.logitsRows, rotary: settings.rotary, progress: progress)
      shape = try model.configuration.cacheShape
      shape.type = settings.kvType
      pool = try CachePool(limitBytes: settings.kvPoolBytes, shape: shape)
    } catch {
      compute.pool.stop()
      thread.stop()
      throw error
    }
    configuration = model.configuration
    cacheShape = shape
    weightBytes = model.weightBytes
    self.instructions = instructions.name
    self.settings = settings
    inbox = Inbox(settings)
    self.compute = compute
    contextLength = min(settings.contextLength ?? .max, model.configuration.contextLength)
    shared.update { $0.poolBytes = settings.kvPoolBytes }
    scheduler = Scheduler(
      computer: ModelComputer(model), pool: pool, settings: settings, statistics: shared)
  }

  /// Steps while there is work, sleeps while there is none; returns after `stop`, when all that was admitted or waits has ended.
  package func run() async {
    let (steps, deliveries) = AsyncStream.makeStream(of: [Delivery].self)
    let delivering = Task.detached {
      for await step in steps { for delivery in step { delivery.deliver() } }
    }
    while true {
      let contents = inbox.take()
      if scheduler.isIdle && contents.isEmpty {
        if contents.isStopping { break }
        await inbox.wait()
      } else {
        let outcome = scheduler.step(contents)
        // First, or who hears of an end and asks anew at once might be told that the request that has ended is one too many.
        inbox.update(left: outcome.left, ended: outcome.endedClients, running: scheduler.runningCount)
        if !outcome.deliveries.isEmpty { deliveries.yield(outcome.deliveries) }
        await Task.yield()
      }
    }
    deliveries.finish()
    await delivering.value
    compute.pool.stop()
    thread.stop()
  }

  /// Takes no more requests; those that are here go on.
  package nonisolated func stop() { inbox.stop() }

  /// Checks a request against model, context and pool, and queues it.
  ///
  /// The stream gives tokens, then `finished`. Throws `AdmissionError`, with the numbers, when it can never run or the queue is full.
  package nonisolated func submit(_ request: SequenceRequest) throws(AdmissionError) -> AsyncStream<
    TokenEvent
  > {
    try start(request).events
  }

  /// As `submit`, for a receiver that may end the sequence early and still wants to know what it took.
  package nonisolated func start(_ request: SequenceRequest) throws(AdmissionError) -> RunningSequence {
    let plan = try plan(request)
    let (stream, events) = AsyncStream.makeStream(of: TokenEvent.self)
    let submitted = ContinuousClock.now
    let inbox = self.inbox
    let id = try inbox.submit(request.load(plan), client: request.client) { id in
      events.onTermination = { reason in
        if case .cancelled = reason { inbox.cancel(id) }
      }
      return Arrival(id: id, request: request, plan: plan, events: events, submitted: submitted)
    }
    return RunningSequence(events: stream, id: id, inbox: inbox)
  }

  /// Refuses requests that come together and are more than may wait together, whoever else is here: to try again would hardly help.
  package nonisolated func checkTogether(
    _ requests: [SequenceRequest], client: Client?
  ) throws(AdmissionError) {
    guard requests.count > 1 else { return }
    if let client, let limit = client.limit ?? settings.maxPerClient, requests.count > limit {
      throw .neverTogether("places of this client", needed: requests.count, limit: limit)
    }
    var load = QueueLoad()
    for request in requests { load += request.load(try plan(request)) }
    if load.promptTokens > settings.maxQueueTokens {
      throw .neverTogether("prompt tokens", needed: load.promptTokens, limit: settings.maxQueueTokens)
    }
    if load.cacheBytes > settings.maxQueueBytes {
      throw .neverTogether("bytes of KV cache", needed: load.cacheBytes, limit: settings.maxQueueBytes)
    }
  }

  /// What the cache of a request would be: the promise, checked.
  package nonisolated func plan(_ request: SequenceRequest) throws(AdmissionError) -> CachePlan {
    try checkTokens(request)
    let plan = try Self.plan(request.cache, request, cacheShape)
    guard request.cache.positions == .original || plan.peakSlots <= contextLength else {
      throw .slotsExceedContext(peakSlots: plan.peakSlots, contextLength: contextLength)
    }
    guard plan.longestChunk <= settings.prefillTokens else {
      throw .strideTooLong(stride: plan.stride, most: settings.prefillTokens)
    }
    guard plan.peakBytes <= settings.kvPoolBytes else {
      throw .cacheTooLarge(
        peakBytes: plan.peakBytes, poolBytes: settings.kvPoolBytes, largestBudget: largestBudget(request))
    }
    return plan
  }

  /// Counters and gauges as of the last step.
  package nonisolated var statistics: EngineStatistics {
    var current = shared.current
    current.waiting = inbox.waiting.requests
    return current
  }

  private nonisolated func checkTokens(_ request: SequenceRequest) throws(AdmissionError) {
    guard !request.prompt.isEmpty else { throw .emptyPrompt }
    if let position = request.resuming?.firstDifference(from: request.prompt) {
      throw .notResumable(position)
    }
    let size = configuration.vocabularySize
    if let token = request.prompt.first(where: { $0 < 0 || $0 >= size }) {
      throw .tokenOutsideVocabulary(token, vocabularySize: size)
    }
    // Where positions are the cache's own, only its slots have to fit.
    guard request.cache.positions == .original else { return }
    guard request.prompt.count <= contextLength, request.maxTokens <= contextLength - request.prompt.count
    else {
      throw .contextExceeded(
        promptTokens: request.prompt.count, maxTokens: request.maxTokens, contextLength: contextLength)
    }
  }

  private static func plan(
    _ cache: CacheRequest, _ request: SequenceRequest, _ shape: CacheShape
  ) throws(AdmissionError) -> CachePlan {
    do {
      return try CachePlan(
        cache, shape: shape, promptTokens: request.prompt.count, maxNewTokens: request.maxTokens,
        resuming: request.resuming?.cache)
    } catch { throw .cache(error) }
  }

  /// The largest budget, in slots, whose peak fits the pool.
  private nonisolated func largestBudget(_ request: SequenceRequest) -> Int? {
    guard var cache = request.cache.budget != nil ? request.cache : settings.budgetedCache else { return nil }
    cache.positions = request.cache.positions
    var (fits, tooLarge) = (0, request.prompt.count + request.maxTokens + 1)
    while tooLarge - fits > 1 {
      let middle = (fits + tooLarge) / 2
      cache.budget = .slots(middle)
      if isTooLarge(cache, request) { tooLarge = middle } else { fits = middle }
    }
    cache.budget = .slots(fits)
    return (try? Self.plan(cache, request, cacheShape)) == nil ? nil : fits
  }

  /// Whether more is asked for than the pool has; a budget that is refused for another reason is too small.
  private nonisolated func isTooLarge(_ cache: CacheRequest, _ request: SequenceRequest) -> Bool {
    do {
      return try Self.plan(cache, request, cacheShape).peakBytes > settings.kvPoolBytes
    } catch .cache(.sizeOverflow) {
      return true
    } catch {
      return false
    }
  }
}
