import Caching
import Kernels
import Models

@testable import Inference

/// A machine without a model: time passes by what the batch would cost, and tokens come from a generator.
///
/// Caches are real, of a model of one small layer.
final class SimulatedMachine: StepComputer {
  static let shape: CacheShape = {
    do { return try CacheShape(layers: 1, kvHeads: 1, queryHeads: 1, headDimension: 16) } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// Seconds of a step, and what each token adds.
  var stepSeconds = 0.004
  var tokenSeconds = 0.0005
  private(set) var now = ContinuousClock.now
  /// The largest step so far, in tokens.
  private(set) var largestStep = 0
  /// The most rows of logits of a step so far.
  private(set) var mostLogitsRows = 0
  private let threads: ThreadPool
  private let eviction: Eviction
  private let scratch = SamplingScratch()
  private let logits = FloatRows(capacity: 1, width: 8)

  init() throws {
    threads = try ThreadPool(threads: 1)
    eviction = Eviction(compute: Compute(instructions: try InstructionSet(), pool: threads))
  }

  deinit { threads.stop() }

  func wait(_ duration: Duration) { now += duration }

  func forward(_ batch: borrowing Batch) {
    largestStep = max(largestStep, batch.tokens.count)
    mostLogitsRows = max(mostLogitsRows, batch.logitsRows)
    now += .seconds(stepSeconds + tokenSeconds * Double(batch.tokens.count))
  }

  func sample(_ sequences: [TokenSequence]) {
    for sequence in sequences {
      sequence.sample(with: scratch) { _, body in logits.withRow(0, count: 8, body) }
    }
  }

  /// There are no probabilities to tell.
  func scorePrompts(of sequences: [TokenSequence]) {}

  func evict(_ sequences: [TokenSequence]) {
    eviction.endStep(of: sequences.lazy.compactMap(\.cache), on: threads)
  }
}

/// A scheduler on a simulated machine, with the requests that are under way.
final class SimulatedServer {
  let machine: SimulatedMachine
  let pool: CachePool
  let scheduler: Scheduler
  private(set) var pending = Inbox.Contents()
  private var nextID: UInt64 = 0
  private let shared = Shared(EngineStatistics())

  init(_ settings: EngineSettings, shape: CacheShape = SimulatedMachine.shape) throws {
    let machine = try SimulatedMachine()
    self.machine = machine
    pool = try CachePool(limitBytes: settings.kvPoolBytes, shape: shape)
    scheduler = Scheduler(
      computer: machine, pool: pool, settings: settings, statistics: shared, clock: { machine.now })
  }

  var statistics: EngineStatistics { shared.current }

  @discardableResult
  func submit(_ request: SequenceRequest) throws -> (id: UInt64, events: AsyncStream<TokenEvent>) {
    let plan = try CachePlan(
      request.cache, shape: pool.shape, promptTokens: request.prompt.count,
      maxNewTokens: request.maxTokens)
    let (stream, events) = AsyncStream.makeStream(of: TokenEvent.self)
    nextID += 1
    pending.arrivals.append(
      Arrival(id: nextID, request: request, plan: plan, events: events, submitted: machine.now))
    return (nextID, stream)
  }

  func cancel(_ id: UInt64) { pending.cancelled.append(id) }

  @discardableResult
  func step() -> Scheduler.Outcome {
    defer { pending = Inbox.Contents() }
    let outcome = scheduler.step(pending)
    for delivery in outcome.deliveries { delivery.deliver() }
    return outcome
  }
}
