import Synchronization

/// Counts the requests that are being answered, lets nobody in once closed, and tells when the last has left.
final class RequestGate: Sendable {
  private struct State {
    var isOpen = true
    var inside = 0
  }

  private let state = Mutex(State())
  private let emptied = AsyncStream.makeStream(of: Never.self)

  var isOpen: Bool { state.withLock { $0.isOpen } }
  /// Requests that are being answered.
  var count: Int { state.withLock { $0.inside } }

  /// Whether the caller may go on; if so it owes a `leave`.
  func enter() -> Bool {
    state.withLock { state in
      if state.isOpen { state.inside += 1 }
      return state.isOpen
    }
  }

  func leave() {
    let isLast = state.withLock { state in
      state.inside -= 1
      return !state.isOpen && state.inside == 0
    }
    if isLast { emptied.continuation.finish() }
  }

  func close() {
    let isEmpty = state.withLock { state in
      state.isOpen = false
      return state.inside == 0
    }
    if isEmpty { emptied.continuation.finish() }
  }

  /// Returns once the gate is closed and everybody has left, or when the task is cancelled; for one caller.
  func untilEmpty() async { for await _ in emptied.stream {} }
}
