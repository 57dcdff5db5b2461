import Synchronization

/// Who is connected: admits within the limits, and knows which connections can go when the server stops.
final class ConnectionRegistry: Sendable {
  typealias ID = Int

  private struct Entry {
    let address: String?
    let task: Task<Void, Never>
    /// Between requests; such a connection can be closed without anybody losing an answer.
    var isIdle = true
  }

  private struct State {
    var entries: [ID: Entry] = [:]
    var countByAddress: [String: Int] = [:]
    var nextID = 0
    var isDraining = false
  }

  private let state = Mutex(State())
  private let limit: Int
  private let limitPerAddress: Int

  init(limit: Int, limitPerAddress: Int) {
    self.limit = limit
    self.limitPerAddress = limitPerAddress
  }

  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// Runs a new connection in a task of its own, unless that would be one too many.
  ///
  /// The limit for each address holds for those who have one.
  func admit(
    _ address: String?, on executor: any TaskExecutor = globalConcurrentExecutor,
    serve: @escaping @Sendable (ID) async -> Void
  ) -> Bool {
    state.withLock { state in
      let fromAddress = address.flatMap { state.countByAddress[$0] } ?? 0
      guard !state.isDraining, state.entries.count < limit, fromAddress < limitPerAddress else {
        return false
      }
      let id = state.nextID
      state.nextID += 1
      // The task cannot remove itself before it is entered: removing takes this lock.
      let task = Task(executorPreference: executor) {
        await serve(id)
        self.remove(id)
      }
      state.entries[id] = Entry(address: address, task: task)
      if let address { state.countByAddress[address] = fromAddress + 1 }
      return true
    }
  }

  /// Notes that a connection begins or ended a request; false when it should close instead.
  func setIdle(_ isIdle: Bool, _ id: ID) -> Bool {
    state.withLock { state in
      state.entries[id]?.isIdle = isIdle
      return !state.isDraining
    }
  }

  /// Admits nobody any more, ends the idle connections and returns the tasks of all that are left.
  func drain() -> [Task<Void, Never>] {
    state.withLock { state in
      state.isDraining = true
      for entry in state.entries.values where entry.isIdle { entry.task.cancel() }
      return state.entries.values.map(\.task)
    }
  }

  private func remove(_ id: ID) {
    state.withLock { state in
      guard let address = state.entries.removeValue(forKey: id)?.address else { return }
      let left = state.countByAddress[address, default: 1] - 1
      state.countByAddress[address] = left > 0 ? left : nil
    }
  }
}
