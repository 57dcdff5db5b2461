import Caching
import GGUF
import Kernels
import ModelFixtures

@testable import Inference
@testable import Models

/// What came out of one request.
struct Outcome: Equatable, Sendable {
  var tokens: [Int32] = []
  var reason: FinishReason?
  var usage = SequenceUsage()
  var saved: SavedSequence?
  var promptScores: [TokenScore] = []
  /// Of the tokens and of a stop token after them.
  var scores: [TokenScore] = []

  /// All but the times.
  static func == (a: Outcome, b: Outcome) -> Bool {
    a.tokens == b.tokens && a.reason == b.reason && a.promptScores == b.promptScores && a.scores == b.scores
  }

  init(_ events: AsyncStream<TokenEvent>) async {
    for await event in events {
      switch event {
      case .token(let token): tokens.append(token)
      case .promptScores(let scores): promptScores += scores
      case .score(let score): scores.append(score)
      case .saved(let sequence): saved = sequence
      case .finished(let reason, let usage): (self.reason, self.usage) = (reason, usage)
      }
    }
  }
}

enum Tiny {
  static let model: TinyLlama = {
    var tiny = TinyLlama(.q8_0)
    // With an output matrix of its own: a tied one makes a model without training repeat its last token for ever.
    (tiny.contextLength, tiny.isTied) = (4096, false)
    return tiny
  }()

  static func prompt(_ count: Int, seed: UInt64 = 1) -> [Int32] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in Int32.random(in: 0..<131, using: &random) }
  }

  /// A greedy request, since text that is drawn would hide a small difference.
  static func request(
    _ promptTokens: Int, new: Int, seed: UInt64 = 1, cache: CacheRequest = .init()
  ) -> SequenceRequest {
    var sampling = SamplingParameters()
    sampling.temperature = 0
    return SequenceRequest(
      prompt: prompt(promptTokens, seed: seed), maxTokens: new, sampling: sampling, cache: cache)
  }

  /// Requests that differ in everything: prompts, lengths, policies, budgets and scopes.
  static let mixed: [SequenceRequest] = [
    request(100, new: 40, seed: 1),
    request(33, new: 50, seed: 2, cache: .init(policy: "streaming", budget: .slots(32))),
    request(150, new: 30, seed: 3, cache: .init(policy: "h2o", budget: .ratio(0.5))),
    request(90, new: 60, seed: 4, cache: .init(policy: "tova", budget: .slots(48), scope: .prefill)),
    request(200, new: 20, seed: 5, cache: .init(policy: "roco", budget: .slots(64))),
    request(17, new: 80, seed: 6, cache: .init(policy: "roco", budget: .slots(20), scope: .generated)),
    request(120, new: 25, seed: 7, cache: .init(policy: "random", budget: .slots(64), seed: 9)),
    request(
      128, new: 35, seed: 8, cache: .init(policy: "tova", budget: .slots(64), stride: 16, faithful: true)),
  ]
}

func settings(pool: Int = 64 << 20, _ change: (inout EngineSettings) -> Void = { _ in }) -> EngineSettings {
  var settings = EngineSettings(kvPoolBytes: pool, threads: 2)
  change(&settings)
  return settings
}

func makeEngine(_ settings: EngineSettings, path: String? = nil) throws -> Engine {
  let temporary = try path == nil ? TemporaryFile(Tiny.model.make().file.bytes()) : nil
  // The mapping outlives the file's name.
  let file = try GGUFFile(path: path ?? temporary?.path ?? "")
  return try Engine(file: file, settings: settings, instructions: try InstructionSet())
}

/// Runs an engine around `body`, then stops it and waits until all is done.
func withEngine<Result: Sendable>(
  _ settings: EngineSettings = settings(), path: String? = nil,
  _ body: (Engine) async throws -> Result
) async throws -> Result {
  let engine = try makeEngine(settings, path: path)
  let running = Task { await engine.run() }
  do {
    let result = try await body(engine)
    engine.stop()
    await running.value
    return result
  } catch {
    engine.stop()
    await running.value
    throw error
  }
}

/// The outcomes of requests that are all there at the same time.
func outcomes(_ requests: [SequenceRequest], of engine: Engine) async throws -> [Outcome] {
  let streams = try requests.map { try engine.submit($0) }
  var outcomes: [Outcome] = []
  for stream in streams { outcomes.append(await Outcome(stream)) }
  return outcomes
}

/// A scheduler that the test steps itself.
final class SteppedScheduler {
  let scheduler: Scheduler
  let pool: CachePool
  let shape: CacheShape
  private let shared = Shared(EngineStatistics())
  let compute: Compute
  private let threads: ThreadPool
  private var arrivals = Inbox.Contents()
  private var nextID: UInt64 = 0

  init(_ settings: EngineSettings) throws {
    let temporary = try TemporaryFile(Tiny.model.make().file.bytes())
    let file = try GGUFFile(path: temporary.path)
    threads = try ThreadPool(threads: settings.threads)
    compute = Compute(instructions: try InstructionSet(), pool: threads)
    let model = try Model(
      file: file, compute: compute,
      maxTokens: settings.stepTokens, maxLogitsRows: settings.logitsRows)
    var shape = try model.configuration.cacheShape
    shape.type = settings.kvType
    self.shape = shape
    pool = try CachePool(limitBytes: settings.kvPoolBytes, shape: shape)
    scheduler = Scheduler(
      computer: ModelComputer(model), pool: pool, settings: settings, statistics: shared)
  }

  deinit { threads.stop() }

  var statistics: EngineStatistics { shared.current }

  func plan(_ request: SequenceRequest) throws -> CachePlan {
    try CachePlan(
      request.cache, shape: shape, promptTokens: request.prompt.count, maxNewTokens: request.maxTokens,
      resuming: request.resuming?.cache)
  }

  /// Queues a request for the next step.
  func submit(_ request: SequenceRequest) throws -> (id: UInt64, events: AsyncStream<TokenEvent>) {
    let (stream, events) = AsyncStream.makeStream(of: TokenEvent.self)
    nextID += 1
    arrivals.arrivals.append(
      Arrival(id: nextID, request: request, plan: try plan(request), events: events, submitted: .now))
    return (nextID, stream)
  }

  func cancel(_ id: UInt64) { arrivals.cancelled.append(id) }

  /// Returns how many requests left the queue.
  @discardableResult
  func step() -> Int {
    defer { arrivals = Inbox.Contents() }
    let outcome = scheduler.step(arrivals)
    for delivery in outcome.deliveries { delivery.deliver() }
    return outcome.left.requests
  }
}
