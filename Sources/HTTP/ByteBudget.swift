import Synchronization

/// What many things may take of memory together, each as much as it comes to need.
package final class ByteBudget: Sendable {
  private struct State {
    var freeBytes: Int
    var bytesByOwner: [String: Int] = [:]
  }

  private let state: Mutex<State>
  private let mostForOwner: Int
  private let smallBytes: Int

  /// A budget of so many bytes, of which one owner gets `mostForOwner` at most, and what has up to `smallBytes` needs none.
  package init(bytes: Int, mostForOwner: Int = .max, smallBytes: Int = 0) {
    state = Mutex(State(freeBytes: bytes))
    self.mostForOwner = mostForOwner
    self.smallBytes = smallBytes
  }

  private func counted(_ bytes: Int) -> Int { bytes > smallBytes ? bytes : 0 }

  /// Whether there were `bytes` bytes for the owner, who then has them.
  private func take(_ bytes: Int, for owner: String?) -> Bool {
    state.withLock { state in
      guard bytes <= state.freeBytes else { return false }
      if let owner {
        let all = state.bytesByOwner[owner, default: 0] + bytes
        guard all <= mostForOwner else { return false }
        state.bytesByOwner[owner] = all > 0 ? all : nil
      }
      state.freeBytes -= bytes
      return true
    }
  }

  /// What one of them has, given back when this is gone.
  package final class Share: Sendable {
    private let budget: ByteBudget
    private let owner: String?
    private let bytes = Mutex(0)

    /// Nothing yet; `owner` is whose it counts as, if anybody's.
    package init(of budget: ByteBudget, owner: String? = nil) {
      self.budget = budget
      self.owner = owner
    }

    deinit { _ = budget.take(-budget.counted(bytes.withLock { $0 }), for: owner) }

    /// Takes `more` bytes; false, and nothing is taken, if there are not so many.
    package func grow(by more: Int) -> Bool {
      bytes.withLock { bytes in
        let needed = budget.counted(bytes + more) - budget.counted(bytes)
        guard budget.take(needed, for: owner) else { return false }
        bytes += more
        return true
      }
    }
  }
}
