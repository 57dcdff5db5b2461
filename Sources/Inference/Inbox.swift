import Synchronization

/// The door between requests and the engine: arrivals and cancellations wait here for the engine's next step.
final class Inbox: Sendable {
  struct Contents: Sendable {
    var arrivals: [Arrival] = []
    var cancelled: [UInt64] = []
    var isStopping = false

    var isEmpty: Bool { arrivals.isEmpty && cancelled.isEmpty }
  }

  private struct State: Sendable {
    var contents = Contents()
    /// What was submitted and not yet admitted, that which the engine has taken included.
    var waiting = QueueLoad()
    /// Requests of each client that have not ended.
    var ofClient: [String: Int] = [:]
    var departures: DepartureRate
    /// Sequences that the engine has admitted and not ended, as of its last step.
    var running = 0
    var nextID: UInt64 = 0
    var sleeper: CheckedContinuation<Void, Never>?
  }

  private let settings: EngineSettings
  private let state = Mutex(State(departures: DepartureRate(now: .now)))

  init(_ settings: EngineSettings) { self.settings = settings }

  /// Numbers the request, leaves it for the engine and returns its number.
  ///
  /// Throws `AdmissionError` when too much waits already, the client has too many requests, or the engine is stopping.
  func submit(
    _ load: QueueLoad, client: Client?, _ arrival: (UInt64) -> Arrival
  ) throws(AdmissionError) -> UInt64 {
    typealias Taken = (id: UInt64, sleeper: CheckedContinuation<Void, Never>?)
    let result = state.withLock { state -> Result<Taken, AdmissionError> in
      if let refusal = refusal(of: load, client: client, state) { return .failure(refusal) }
      state.nextID += 1
      state.waiting += load
      if let client { state.ofClient[client.name, default: 0] += 1 }
      state.contents.arrivals.append(arrival(state.nextID))
      return .success((state.nextID, state.sleeper.take()))
    }
    let taken = try result.get()
    taken.sleeper?.resume()
    return taken.id
  }

  private func refusal(of load: QueueLoad, client: Client?, _ state: State) -> AdmissionError? {
    if state.contents.isStopping { return .stopping }
    let retrySeconds = { (count: Int) in state.departures.seconds(for: count, at: .now) }
    if let client, let limit = client.limit ?? settings.maxPerClient,
      state.ofClient[client.name, default: 0] >= limit
    {
      return .clientLimit(limit, retrySeconds: retrySeconds(1))
    }
    // Those for whom there is a free place do not wait.
    let free = max(0, settings.maxSequences - state.running)
    let limits = QueueLoad(
      requests: settings.maxQueue + free, promptTokens: settings.maxQueueTokens,
      cacheBytes: settings.maxQueueBytes)
    guard let measure = state.waiting.overflow(load, limits: limits) else { return nil }
    return .queueFull(measure, state.waiting, retrySeconds: retrySeconds(max(1, state.waiting.requests)))
  }

  func cancel(_ id: UInt64) {
    state.withLock { state in
      state.contents.cancelled.append(id)
      return state.sleeper.take()
    }?.resume()
  }

  /// Refuses what comes from now on; what is here goes on.
  func stop() {
    state.withLock { state in
      state.contents.isStopping = true
      return state.sleeper.take()
    }?.resume()
  }

  /// The engine takes what has come.
  func take() -> Contents {
    state.withLock { state in
      let contents = state.contents
      state.contents.arrivals.removeAll()
      state.contents.cancelled.removeAll()
      return contents
    }
  }

  /// The engine tells what left the queue in a step, whose requests ended, and how many sequences run after it.
  func update(left: QueueLoad, ended clients: [String], running: Int) {
    state.withLock { state in
      state.waiting -= left
      state.running = running
      for client in clients {
        let others = state.ofClient[client, default: 1] - 1
        state.ofClient[client] = others > 0 ? others : nil
      }
      if left.requests > 0 { state.departures.record(left.requests, at: .now) }
    }
  }

  var waiting: QueueLoad { state.withLock { $0.waiting } }

  /// Returns when something is here.
  func wait() async {
    await withCheckedContinuation { continuation in
      let isReady = state.withLock { state in
        guard state.contents.isEmpty && !state.contents.isStopping else { return true }
        state.sleeper = continuation
        return false
      }
      if isReady { continuation.resume() }
    }
  }
}
