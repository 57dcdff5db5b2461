import Synchronization

/// Who is connected: admits within the limits, and knows which connections can go when the server stops.
final class ConnectionRegistry: Sendable {
  /// One connection, as it shows itself here.
  final class Member: Sendable {
    /// Between requests; such a connection can be closed without anybody losing an answer.
    fileprivate let isIdle = Atomic(true)
  }

  private struct Entry {
    let member: Member
    let address: String?
    let task: Task<Void, Never>
  }

  private struct State {
    var entries: [ObjectIdentifier: Entry] = [:]
    var countByAddress: [String: Int] = [:]
  }

  private let state = Mutex(State())
  private let draining = Atomic(false)
  private let limit: Int
  private let limitPerAddress: Int

  init(limit: Int, limitPerAddress: Int) {
    self.limit = limit
    self.limitPerAddress = limitPerAddress
  }

  var isDraining: Bool { draining.load(ordering: .sequentiallyConsistent) }

  /// Runs a new connection in a task of its own, unless that would be one too many.
  ///
  /// The limit for each address holds for those who have one.
  func admit(
    _ address: String?, on executor: any TaskExecutor = globalConcurrentExecutor,
    serve: @escaping @Sendable (Member) async -> Void
  ) -> Bool {
    state.withLock { state in
      let fromAddress = address.flatMap { state.countByAddress[$0] } ?? 0
      guard !isDraining, state.entries.count < limit, fromAddress < limitPerAddress else {
        return false
      }
      let member = Member()
      // The task cannot remove itself before it is entered: removing takes this lock.
      let task = Task(executorPreference: executor) {
        await serve(member)
        self.remove(member)
      }
      state.entries[ObjectIdentifier(member)] = Entry(member: member, address: address, task: task)
      if let address { state.countByAddress[address] = fromAddress + 1 }
      return true
    }
  }

  /// Notes that a connection begins or ended a request; false when it should close instead.
  ///
  /// Who drains writes and reads the same two in the other order, so that at least one of both sees what the other wrote.
  func setIdle(_ isIdle: Bool, _ member: Member) -> Bool {
    member.isIdle.store(isIdle, ordering: .sequentiallyConsistent)
    return !isDraining
  }

  /// Admits nobody any more, ends the idle connections and returns the tasks of all that are left.
  func drain() -> [Task<Void, Never>] {
    state.withLock { state in
      draining.store(true, ordering: .sequentiallyConsistent)
      for entry in state.entries.values where entry.member.isIdle.load(ordering: .sequentiallyConsistent) {
        entry.task.cancel()
      }
      return state.entries.values.map(\.task)
    }
  }

  private func remove(_ member: Member) {
    state.withLock { state in
      guard let address = state.entries.removeValue(forKey: ObjectIdentifier(member))?.address else { return }
      let left = state.countByAddress[address, default: 1] - 1
      state.countByAddress[address] = left > 0 ? left : nil
    }
  }
}
