import DequeModule
import Synchronization

/// The door between requests and the engine: arrivals and cancellations wait here for the engine's next step.
final class Inbox: Sendable {
  struct Contents: Sendable {
    var arrivals: Deque<Arrival> = []
    var cancelled: [UInt64] = []
    var isStopping = false

    var isEmpty: Bool { arrivals.isEmpty && cancelled.isEmpty }
  }

  private struct State: Sendable {
    var contents = Contents()
    /// Requests submitted and not yet admitted, those that the engine has taken included.
    var waiting = 0
    /// Sequences that the engine has admitted and not ended, as of its last step.
    var running = 0
    var nextID: UInt64 = 0
    var sleeper: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Numbers the request, leaves it for the engine and returns its number.
  ///
  /// Throws `AdmissionError` when too many wait already, or the engine is stopping. Those for whom there is a free place do not wait.
  func submit(maxQueue: Int, maxRunning: Int, _ arrival: (UInt64) -> Arrival) throws(AdmissionError) -> UInt64
  {
    typealias Taken = (id: UInt64, sleeper: CheckedContinuation<Void, Never>?)
    let result = state.withLock { state -> Result<Taken, AdmissionError> in
      guard !state.contents.isStopping else { return .failure(.stopping) }
      guard state.waiting < maxQueue + max(0, maxRunning - state.running) else {
        return .failure(.queueFull(waiting: state.waiting))
      }
      state.nextID += 1
      state.waiting += 1
      state.contents.arrivals.append(arrival(state.nextID))
      return .success((state.nextID, state.sleeper.take()))
    }
    let taken = try result.get()
    taken.sleeper?.resume()
    return taken.id
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

  /// The engine tells how many requests left the queue in a step, and how many sequences run after it.
  func update(left count: Int, running: Int) {
    state.withLock { state in
      state.waiting -= count
      state.running = running
    }
  }

  var waiting: Int { state.withLock { $0.waiting } }

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
