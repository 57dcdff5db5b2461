import Synchronization

/// Lets one caller at a time do something that waits in between, in the order in which they came.
final class Turns: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [(id: Int, turn: CheckedContinuation<Void, any Error>)] = []
    var nextID = 0
  }

  private let state = Mutex(State())

  /// Callers whose turn has not come.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Runs `work` when it is its turn.
  ///
  /// Throws `CancellationError` without running it if the task is cancelled first.
  func run<Value>(_ work: (Turn) async throws -> Value) async throws -> Value {
    try await begin()
    let turn = Turn(of: self)
    defer { turn.end() }
    return try await work(turn)
  }

  fileprivate func begin() async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { turn in
        let answer = state.withLock { state -> Result<Void, any Error>? in
          // The handler below may have looked for us already, and not found us.
          if Task.isCancelled { return .failure(CancellationError()) }
          guard state.isTaken else {
            state.isTaken = true
            return .success(())
          }
          state.waiting.append((id, turn))
          return nil
        }
        if let answer { turn.resume(with: answer) }
      }
    } onCancel: {
      let turn = state.withLock { state in
        state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).turn }
      }
      turn?.resume(throwing: CancellationError())
    }
  }

  fileprivate func end() {
    let next = state.withLock { state in
      state.isTaken = !state.waiting.isEmpty
      return state.isTaken ? state.waiting.removeFirst().turn : nil
    }
    next?.resume()
  }
}

/// What somebody has whose turn it is.
final class Turn {
  private var turns: Turns

  fileprivate init(of turns: Turns) { self.turns = turns }

  /// Waits for a turn among others, and gives up this one once it is there.
  ///
  /// Throws `CancellationError`, and keeps this one, if the task is cancelled first.
  func exchange(for others: Turns) async throws {
    try await others.begin()
    turns.end()
    turns = others
  }

  fileprivate func end() { turns.end() }
}
