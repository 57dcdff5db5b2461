import Glibc

/// How fast a queue has been moving lately, for telling those who are turned away when to come again.
struct DepartureRate: Sendable {
  /// Departures, each counting for less the longer ago it was.
  private var weighted = 0.0
  private var updated: ContinuousClock.Instant
  private let started: ContinuousClock.Instant

  /// Seconds after which a departure counts for a third.
  private static let memorySeconds = 20.0
  /// What a client is told at least and at most.
  private static let seconds = 1...60

  init(now: ContinuousClock.Instant) { (started, updated) = (now, now) }

  mutating func record(_ count: Int, at now: ContinuousClock.Instant) {
    weighted = weighted(at: now) + Double(count)
    updated = now
  }

  /// Whole seconds in which `waiting` requests will have left, at the rate of late.
  func seconds(for waiting: Int, at now: ContinuousClock.Instant) -> Int {
    // All that could be remembered: less than the whole memory while it is still young.
    let remembered = Self.memorySeconds * (1 - exp(-(now - started).seconds / Self.memorySeconds))
    let perSecond = weighted(at: now) / max(remembered, 0.1)
    let wait = Double(waiting) / max(perSecond, 1e-9)
    return wait < Double(Self.seconds.upperBound)
      ? max(Self.seconds.lowerBound, Int(wait.rounded(.up))) : Self.seconds.upperBound
  }

  private func weighted(at now: ContinuousClock.Instant) -> Double {
    weighted * exp(-(now - updated).seconds / Self.memorySeconds)
  }
}
