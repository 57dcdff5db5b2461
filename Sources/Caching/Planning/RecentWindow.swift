/// The newest slots that are never evicted.
package enum RecentWindow: Sendable, Equatable, Codable {
  case slots(Int)
  /// A share of the budget, at least 0 and below 1, rounded down.
  case ratio(Double)

  /// The window in slots under a budget of `budget` slots.
  func slots(under budget: Int) -> Int {
    switch self {
    case .slots(let count): count
    case .ratio(let share): Int(Double(budget) * share)
    }
  }

  /// The window as users write it.
  var text: String {
    switch self {
    case .slots(let count): "\(count)"
    case .ratio(let share): "\(share)"
    }
  }

  var isPossible: Bool {
    switch self {
    case .slots(let count): (0...CacheRequest.mostSlots).contains(count)
    case .ratio(let share): share >= 0 && share < 1
    }
  }
}
